using Apache.Arrow;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Memory;

/// <summary>Bits of a batch in the making: validity, or the values of booleans.</summary>
internal sealed class GrowingBits(GrowingMemory memory)
{
    private readonly GrowingArray<byte> bytes = new(memory);
    private int count;

    /// <summary>How many of them are 0.</summary>
    public int Zeros { get; private set; }

    public long Bytes => bytes.Bytes;

    public void Add(bool bit)
    {
        int place = count++ & 7;
        if (place == 0)
            bytes.Add(0);
        if (bit)
            bytes.Last |= (byte)(1 << place);
        else
            Zeros++;
    }

    /// <summary>Moves the bits into a buffer.</summary>
    public ArrowBuffer Take(TakenBuffers buffers)
    {
        ArrowBuffer taken = bytes.Take(buffers);
        Clear();
        return taken;
    }

    /// <summary>Drops the bits.</summary>
    public void Clear()
    {
        (count, Zeros) = (0, 0);
        bytes.Clear();
    }
}
