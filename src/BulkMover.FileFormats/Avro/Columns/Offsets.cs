using Apache.Arrow;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Memory;

namespace BulkMover.FileFormats.Avro.Columns;

/// <summary>Where values of different lengths end, behind a 0 for where the first begins.</summary>
internal sealed class Offsets
{
    private readonly GrowingArray<int> ends;

    public Offsets(GrowingMemory memory)
    {
        ends = new GrowingArray<int>(memory);
        ends.Add(0);
    }

    public long Bytes => ends.Bytes;

    /// <summary>The end of the last value.</summary>
    public int Last => ends.Last;

    public void Add(int end) => ends.Add(end);

    public ArrowBuffer Take(TakenBuffers buffers)
    {
        ArrowBuffer taken = ends.Take(buffers);
        ends.Add(0);
        return taken;
    }
}
