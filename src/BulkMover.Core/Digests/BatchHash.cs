using System.Buffers;
using Apache.Arrow;
using BulkMover.Core.Targets;

namespace BulkMover.Core.Digests;

/// <summary>Hashes the rows of batches, whose columns are of the types that <see cref="ArrayHash"/> knows.</summary>
public static class BatchHash
{
    /// <summary>Bytes that <see cref="Of"/> takes at most beside the rows' hashes: the hashes of one column, and what the hungriest column needs.</summary>
    public static long Bytes(RecordBatch batch)
    {
        long bytes = 0;
        for (int i = 0; i < batch.ColumnCount; i++)
            bytes = Math.Max(bytes, ArrayHash.Bytes(batch.Column(i).Data));
        return (8L * batch.Length) + bytes;
    }

    /// <param name="batch">The rows.</param>
    /// <param name="rows">Gets the hash of each row.</param>
    /// <returns>What the rows come to.</returns>
    public static Digest Of(RecordBatch batch, Span<ulong> rows)
    {
        var columns = new ColumnDigest[batch.ColumnCount];
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(batch.Length);
        Span<ulong> hashes = rented.AsSpan(0, batch.Length);
        rows.Clear();
        for (int i = 0; i < columns.Length; i++)
        {
            int nulls = ArrayHash.OfEach(batch.Column(i).Data, hashes);
            columns[i] = new ColumnDigest(nulls, ValueHash.AddField(hashes, i, rows));
        }

        ArrayPool<ulong>.Shared.Return(rented);
        ValueHash.OfSums(rows);
        return new Digest(batch.Length, ValueHash.Sum(rows), columns);
    }
}
