using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>
/// Batches of an image with text instead of dictionaries, but for those that are kept. One whose text is too much, be it in dictionaries or not, comes in pieces without
/// any: only here is known how much it is.
/// </summary>
/// <param name="image">Disposed with this.</param>
/// <param name="maxTextBytes">Text of a batch; a single row may have more.</param>
/// <param name="allocator">Where text comes from.</param>
internal sealed class ExpandedBatches(ImageBatches image, long maxTextBytes, MemoryAllocator allocator) : IDisposable
{
    private RecordBatch? cut;
    private long[] textBytes = [];
    private int next;

    /// <summary>The next rows, or null at the end. The caller disposes them.</summary>
    public RecordBatch? ReadNext()
    {
        if (cut is null)
        {
            if (image.ReadNext() is not { } batch)
                return null;
            if (DictionaryExpansion.TryExpand(batch, image.Kept, maxTextBytes, allocator) is { } whole)
                return whole;
            (cut, textBytes, next) = (batch, DictionaryExpansion.TextBytes(batch), 0);
        }

        return ReadPiece(cut);
    }

    public void Dispose()
    {
        cut?.Dispose();
        image.Dispose();
    }

    private RecordBatch ReadPiece(RecordBatch batch)
    {
        int first = next;
        for (long bytes = 0; next < batch.Length && (next == first || bytes + textBytes[next] <= maxTextBytes); next++)
            bytes += textBytes[next];
        RecordBatch piece = BatchSelection.Take(batch, [.. Enumerable.Range(first, next - first)], allocator);
        if (next == batch.Length)
        {
            batch.Dispose();
            cut = null;
        }

        return DictionaryExpansion.Expand(piece, allocator);
    }
}
