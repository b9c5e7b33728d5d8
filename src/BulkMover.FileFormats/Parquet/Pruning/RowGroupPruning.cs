using Apache.Arrow;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Lineage;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Parquet.Pruning;

/// <summary>
/// Which row groups of a file may hold rows of <c>--where</c>: told by their statistics, then by bloom filters of columns that are compared for
/// equality.
/// </summary>
/// <param name="footer">The file.</param>
/// <param name="shape">Its columns in the scan.</param>
/// <param name="task">What rows inherit from the file.</param>
/// <param name="source">Where the rest is read from.</param>
internal sealed class RowGroupPruning(ParquetFooter footer, BatchShape shape, ScanTask task, IndexSource source)
{
    private readonly int[] leaves = footer.LeavesOf(shape.FileColumns);

    /// <param name="where">The filter.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async ValueTask<List<KeptRowGroup>> KeepAsync(Filter where, CancellationToken cancellationToken)
    {
        var kept = new List<KeptRowGroup>();
        foreach (KeptRowGroup candidate in KeptRowGroup.All(footer))
        {
            if (await MightMatchAsync(where, candidate, cancellationToken))
                kept.Add(candidate);
        }

        return kept;
    }

    /// <summary>Bloom filters are read one after the other, each only when the answer still hangs on it.</summary>
    private async ValueTask<bool> MightMatchAsync(Filter where, KeptRowGroup candidate, CancellationToken cancellationToken)
    {
        ParquetRowGroup rowGroup = candidate.RowGroup;
        long maxBytes = source.MaxIndexBytes(leaves.Sum(leaf => rowGroup.Columns[leaf].CompressedBytes));
        var filters = new Dictionary<int, BloomFilter?>();
        while (true)
        {
            int? missing = null;
            bool might = FilterPruning.MightMatch(where, name => StatisticsOf(name, candidate, MightHold));
            if (!might || missing is not { } leaf)
                return might;
            BloomFilter? read = filters[leaf] = await BloomFilter.ReadAsync(source.File, rowGroup.Columns[leaf].BloomFilter, maxBytes, cancellationToken);
            maxBytes -= read?.Bytes ?? 0;

            bool MightHold(int asked, ulong[] hashes)
            {
                if (filters.TryGetValue(asked, out BloomFilter? filter))
                    return filter is null || System.Array.Exists(hashes, filter.MightHold);
                missing ??= asked;
                return true;
            }
        }
    }

    private ColumnStatistics? StatisticsOf(string name, KeptRowGroup candidate, Func<int, ulong[], bool> mightHold)
    {
        if (shape.Columns.FirstOrDefault(one => one.Field.Name == name) is not { } column || !column.Field.HasStatistics())
            return null;
        RowMetadata? kind = column.Field.GetRowMetadata();
        if (column.FileColumn is { } index)
        {
            ColumnStatistics? stored = StatisticsOf(index, candidate.RowGroup, mightHold);
            // What is null in the file is something else in the table.
            return kind is null || stored?.NullCount == 0 ? stored : null;
        }

        return kind is { } inherited ? InheritedValue.Range(task, inherited, candidate.Places[0].First, candidate.RowGroup.Rows) : OfConstant(column, candidate.RowGroup.Rows);
    }

    private ColumnStatistics? StatisticsOf(int index, ParquetRowGroup rowGroup, Func<int, ulong[], bool> mightHold)
    {
        SchemaNode leaf = footer.Root.Children[index];
        Field field = footer.FileSchema.FieldsList[index];
        if (!leaf.IsLeaf || leaf.IsRepeated || !field.HasStatistics())
            return null;
        ParquetColumnChunk chunk = rowGroup.Columns[leaf.FirstLeaf];
        ColumnStatistics statistics = ColumnBounds.Of(field, leaf, chunk, footer.OrderOf(leaf)) ?? new ColumnStatistics(null, null, null, chunk.Values);
        return chunk.BloomFilter.Offset == 0 ? statistics : statistics with { MightHold = MightHold };

        bool MightHold(Scalar literal) => PlainValue.HashesOf(field.DataType, leaf.Element, literal) is not { } hashes || mightHold(leaf.FirstLeaf, hashes);
    }

    /// <summary>Of a column that is not in the file: one value, or nulls.</summary>
    public static ColumnStatistics OfConstant(BatchColumn column, long rows) => column.Constant is { } constant
        ? ColumnStatistics.OfConstant(constant, rows)
        : new ColumnStatistics(null, null, rows, rows);
}
