using Apache.Arrow;
using BulkMover.Core.Filters;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Parquet.Pruning;

/// <summary>
/// Which row groups of a file may hold rows of <c>--where</c>: told by their statistics, then by bloom filters of columns that are compared for
/// equality, then page by page.
/// </summary>
/// <param name="footer">The file.</param>
/// <param name="shape">Its columns in the scan.</param>
/// <param name="source">Where the rest is read from.</param>
internal sealed class RowGroupPruning(ParquetFooter footer, BatchShape shape, IndexSource source)
{
    private readonly int[] leaves = [.. shape.FileColumns.SelectMany(i => footer.Root.Children[i].Leaves).Select(leaf => leaf.FirstLeaf)];

    /// <summary>Without a filter: all that have rows.</summary>
    public static List<KeptRowGroup> All(ParquetFooter footer) =>
        [.. Enumerable.Range(0, footer.RowGroups.Count).Where(i => footer.RowGroups[i].Rows > 0).Select(i => new KeptRowGroup(i, footer.RowGroups[i]))];

    /// <param name="where">The filter.</param>
    /// <param name="withoutPages">Whether pages may be left out; not where rows are told by their positions.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async ValueTask<List<KeptRowGroup>> KeepAsync(Filter where, bool withoutPages, CancellationToken cancellationToken)
    {
        var pages = new PagePruning(footer, shape, leaves, source);
        var kept = new List<KeptRowGroup>();
        foreach (KeptRowGroup candidate in All(footer))
        {
            ParquetRowGroup? rowGroup = candidate.RowGroup;
            if (!await MightMatchAsync(where, rowGroup, cancellationToken))
                continue;
            if (withoutPages)
                rowGroup = await pages.PruneAsync(where, rowGroup, cancellationToken);
            if (rowGroup is not null)
                kept.Add(candidate with { RowGroup = rowGroup });
        }

        return kept;
    }

    /// <summary>Bloom filters are read one after the other, each only when the answer still hangs on it.</summary>
    private async ValueTask<bool> MightMatchAsync(Filter where, ParquetRowGroup rowGroup, CancellationToken cancellationToken)
    {
        long maxBytes = source.MaxIndexBytes(leaves.Sum(leaf => rowGroup.Columns[leaf].CompressedBytes));
        var filters = new Dictionary<int, BloomFilter?>();
        while (true)
        {
            int? missing = null;
            bool might = FilterPruning.MightMatch(where, name => StatisticsOf(name, rowGroup, MightHold));
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

    private ColumnStatistics? StatisticsOf(string name, ParquetRowGroup rowGroup, Func<int, ulong[], bool> mightHold)
    {
        BatchColumn? column = shape.Columns.FirstOrDefault(candidate => candidate.Field.Name == name);
        if (column?.FileColumn is not { } index)
            return column is null ? null : OfConstant(column, rowGroup.Rows);

        SchemaNode leaf = footer.Root.Children[index];
        if (!leaf.IsLeaf || leaf.IsRepeated)
            return null;
        ParquetColumnChunk chunk = rowGroup.Columns[leaf.FirstLeaf];
        Field field = footer.Schema.FieldsList[index];
        ColumnStatistics statistics = ColumnBounds.Of(field, leaf, chunk, footer.OrderOf(leaf)) ?? new ColumnStatistics(null, null, null, chunk.Values);
        return chunk.BloomFilter.Offset == 0 ? statistics : statistics with { MightHold = MightHold };

        bool MightHold(Scalar literal) => PlainValue.HashesOf(field.DataType, leaf.Element, literal) is not { } hashes || mightHold(leaf.FirstLeaf, hashes);
    }

    /// <summary>Of a column that is not in the file: one value, or nulls.</summary>
    public static ColumnStatistics OfConstant(BatchColumn column, long rows) => column.Constant is { } constant
        ? ColumnStatistics.OfConstant(constant, rows)
        : new ColumnStatistics(null, null, rows, rows);
}
