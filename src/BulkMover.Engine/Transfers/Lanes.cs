using BulkMover.Engine.Metrics;

namespace BulkMover.Engine.Transfers;

/// <summary>
/// Which way a row group goes from its decoder to the target. It keeps it from its first batch to its last, so that its rows arrive in order, also while the
/// number of writers changes (decisions/0004). Safe for concurrent use.
/// </summary>
/// <param name="decode">How many row groups there are at the same time at most.</param>
/// <param name="send">Among how many writers new ones are shared out.</param>
internal sealed class Lanes(StageMeter decode, StageMeter send)
{
    private readonly Lock gate = new();
    private readonly Stack<int> decoders = new(Enumerable.Range(0, decode.MostWorkers).Reverse());
    private readonly int[] rowGroups = new int[send.MostWorkers];

    /// <summary>Of one row group; given back with its last batch.</summary>
    public Lane Take()
    {
        lock (gate)
        {
            if (!decoders.TryPop(out int decoder))
                throw new InvalidOperationException("More row groups are decoded than there are workers.");
            // The one with the fewest, so that each insert gets the rows of one row group at a time where there are enough of them.
            Span<int> open = rowGroups.AsSpan(0, send.Workers);
            int writer = 0;
            for (int other = 1; other < open.Length; other++)
                writer = open[other] < open[writer] ? other : writer;
            rowGroups[writer]++;
            return new Lane(decoder, writer);
        }
    }

    public void GiveBack(Lane lane)
    {
        lock (gate)
        {
            decoders.Push(lane.Decoder);
            rowGroups[lane.Writer]--;
        }
    }
}
