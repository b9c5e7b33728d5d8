using BulkMover.Core.Errors;
using BulkMover.Engine.Transfers;

namespace BulkMover.Engine.Tuning;

/// <summary>Which points samples are taken at, and what is made of them.</summary>
public static class TuningGrid
{
    /// <summary>Some dozens of blocks at a usual rate.</summary>
    public static readonly TimeSpan SampleTime = TimeSpan.FromSeconds(4);

    /// <summary>First all readers come with what they have read, then none: from afar it takes some rounds until they are spread.</summary>
    public static readonly TimeSpan TimeToStart = TimeSpan.FromSeconds(2);

    /// <summary>A copy that tunes itself turns a knob every two or three seconds.</summary>
    public static readonly TimeSpan TimeToTune = TimeSpan.FromSeconds(10);

    /// <summary>Rounds that go through the points, every other backwards: what else the machine does meets them alike.</summary>
    private const int Rounds = 2;

    /// <summary>Readers and writers around those that a copy begins with.</summary>
    public static IReadOnlyList<TuningPoint> Degrees()
    {
        var first = new CopyOptions();
        int[] writers = [Math.Max(1, first.FirstWriters / 2), first.FirstWriters, first.FirstWriters * 2];
        int[] readers = [first.FirstReaders, first.FirstReaders * 2, first.FirstReaders * 4, first.FirstReaders * 8];
        return [.. from reader in readers from writer in writers.Distinct() select new TuningPoint(reader, writer, null)];
    }

    /// <summary>What the best of those is measured with: the target's own size of blocks, and half and twice as many rows; and beside them a copy that tunes itself.</summary>
    public static IReadOnlyList<TuningPoint> BlocksOf(Sample best) =>
        [best.Point, best.Point with { BlockRows = best.BlockRows / 2 }, best.Point with { BlockRows = best.BlockRows * 2 }, TuningPoint.SelfTuned];

    public static int Samples => 1 + (Rounds * (Degrees().Count + 4));

    /// <summary>Takes all samples.</summary>
    /// <param name="take">Takes one.</param>
    /// <param name="took">Told each, with its number from 1.</param>
    /// <param name="cancellationToken">Stops in between.</param>
    /// <exception cref="InvalidInputException">There is nothing to take samples of.</exception>
    /// <exception cref="EnvironmentException">The target takes nothing.</exception>
    public static async Task<TuningResult> RunAsync(
        Func<TuningPoint, TimeSpan, CancellationToken, Task<Sample>> take, Action<int, Sample> took, CancellationToken cancellationToken)
    {
        int taken = 0;
        // The first finds files that are in no cache, code that was never run, and a server without connections.
        ThrowIfNothing(await TakeAsync(TuningPoint.SelfTuned));
        IReadOnlyList<Sample> degrees = await RoundsAsync(Degrees());
        Sample best = degrees.MaxBy(sample => sample.Problem is null ? sample.RowsPerSecond : 0)!;
        ThrowIfNothing(best);
        IReadOnlyList<Sample> blocks = await RoundsAsync(BlocksOf(best));
        ThrowIfNothing(blocks[0]);
        return new TuningResult(degrees, [.. blocks.SkipLast(1)], blocks[^1]);

        async Task<IReadOnlyList<Sample>> RoundsAsync(IReadOnlyList<TuningPoint> points)
        {
            var samples = new List<Sample>();
            for (int round = 0; round < Rounds; round++)
            {
                foreach (TuningPoint point in round % 2 == 0 ? points : points.Reverse())
                    samples.Add(await TakeAsync(point));
            }

            return [.. points.Select(point => Sample.Fastest([.. samples.Where(sample => sample.Point == point)]))];
        }

        async Task<Sample> TakeAsync(TuningPoint point)
        {
            Sample sample = await take(point, point == TuningPoint.SelfTuned && taken > 0 ? TimeToTune : TimeToStart, cancellationToken);
            took(++taken, sample);
            return sample;
        }
    }

    private static void ThrowIfNothing(Sample sample)
    {
        if (sample.Problem is { } problem)
            throw new EnvironmentException("tune.target_refuses", $"The target took nothing of a sample: {problem} Run the command again when it does.");
        if (sample.RowsPerSecond == 0)
            throw new InvalidInputException("tune.no_rows", "No row arrived, so there is nothing to measure: the source has none, or --where leaves none, or they take longer than a sample waits. Choose more of them.");
    }
}
