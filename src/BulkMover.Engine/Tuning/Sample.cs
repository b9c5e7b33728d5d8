namespace BulkMover.Engine.Tuning;

/// <summary>What a copy did at a point.</summary>
/// <param name="Point">With what it was told.</param>
/// <param name="Readers">With what it went at the end.</param>
/// <param name="Writers">As before.</param>
/// <param name="BlockRows">Rows of a block at most.</param>
/// <param name="RowsPerSecond">That the target has taken.</param>
/// <param name="BytesReadPerSecond">That were fetched from the source.</param>
/// <param name="CpuSecondsPerMillionRows">Of this process; a server's are its own.</param>
/// <param name="PeakBytes">The most that was leased of the memory budget at one time.</param>
public sealed record Sample(
    TuningPoint Point, int Readers, int Writers, int BlockRows, double RowsPerSecond, double BytesReadPerSecond, double CpuSecondsPerMillionRows, long PeakBytes)
{
    /// <summary>Why the point is none to use: the target had too much to do, in one of its samples at least.</summary>
    public string? Problem { get; init; }

    /// <summary>The source came to its end before the sample's time was over.</summary>
    public bool IsShort { get; init; }

    /// <summary>Of several of the same point the one that was disturbed least, for what else a machine does makes nothing faster; and the most memory of all.</summary>
    public static Sample Fastest(IReadOnlyCollection<Sample> samples) => samples.MaxBy(sample => sample.RowsPerSecond)! with
    {
        PeakBytes = samples.Max(sample => sample.PeakBytes),
        IsShort = samples.Any(sample => sample.IsShort),
        Problem = samples.Select(sample => sample.Problem).FirstOrDefault(problem => problem is not null),
    };
}
