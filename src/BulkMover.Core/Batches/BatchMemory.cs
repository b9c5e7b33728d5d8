using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;

namespace BulkMover.Core.Batches;

/// <summary>How much memory a batch keeps alive.</summary>
public static class BatchMemory
{
    /// <summary>Bytes of all its buffers, whole even where the batch shows a part of them; a shared buffer counts once.</summary>
    public static long Bytes(RecordBatch batch) => Bytes(batch, _ => true);

    /// <summary>As above, of the columns whose numbers count.</summary>
    public static long Bytes(RecordBatch batch, Func<int, bool> counts)
    {
        var seen = new HashSet<nint>();
        long bytes = 0;
        for (int i = 0; i < batch.ColumnCount; i++)
            bytes += counts(i) ? Bytes(batch.Column(i).Data, seen) : 0;
        return bytes;
    }

    private static long Bytes(ArrayData? data, HashSet<nint> seen)
    {
        if (data is null)
            return 0;
        long bytes = Bytes(data.Dictionary, seen);
        foreach (ArrowBuffer buffer in data.Buffers ?? [])
        {
            if (!buffer.IsEmpty && seen.Add(Address(buffer.Span)))
                bytes += buffer.Length;
        }

        foreach (ArrayData child in data.Children ?? [])
            bytes += Bytes(child, seen);
        return bytes;
    }

    /// <summary>Tells buffers apart. Native memory stays where it is; a managed one that the collector moves meanwhile counts twice.</summary>
    private static unsafe nint Address(ReadOnlySpan<byte> span) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(span));
}
