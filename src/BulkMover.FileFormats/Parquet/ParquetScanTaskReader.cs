using System.Runtime.CompilerServices;
using Apache.Arrow.Memory;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Deletes;
using BulkMover.FileFormats.Lineage;
using BulkMover.FileFormats.Parquet.Images;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Parquet;

/// <summary>Reads the Parquet files of one scan: the footer, then the wanted column chunks of the row groups that may hold wanted rows.</summary>
/// <param name="store">Where the files lie.</param>
/// <param name="scan">What is wanted.</param>
/// <param name="options">How files are read.</param>
/// <param name="allocator">Where buffers come from that are not the native reader's: widened and filled columns.</param>
public sealed class ParquetScanTaskReader(IObjectStore store, Scan scan, ParquetReadOptions options, MemoryAllocator allocator) : IScanTaskReader
{
    /// <remarks>The footer of a larger file is taken to fit into its tail; of one that does not, only that much is counted.</remarks>
    public long OpenBytes(ScanTask task) => (IsSmall(task.FileBytes) ? task.FileBytes : ParquetFooter.TailBytes) + (task.Deletes?.Bytes ?? 0);

    public async IAsyncEnumerable<IRowGroupScan> OpenAsync(ScanTask task, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using IRangeReader reader = await store.OpenAsync(task.File, task.FileBytes, cancellationToken);
        if (IsSmall(reader.Length))
        {
            if (await OpenWholeAsync(reader, task, cancellationToken) is { } whole)
                yield return whole;
            yield break;
        }

        ParquetFooter footer = await ParquetFooter.ReadAsync(reader, task.File, cancellationToken);
        ScanFile file = Describe(footer, task, reader.Length);
        List<int> kept = KeptRowGroups(footer, file.Shape, task);
        IDeletedRows? deleted = await LoadDeletesAsync(task, kept, cancellationToken);
        foreach (List<int> group in Join(footer, kept, file.Shape))
        {
            cancellationToken.ThrowIfCancellationRequested();
            ParquetRowGroup[] rowGroups = [.. group.Select(i => footer.RowGroups[i])];
            string name = NameOf(task.File, group);
            IRowGroupScan all = file.Shape.FileColumns.Count == 0
                ? new ConstantScan(file, name, rowGroups.Sum(rowGroup => rowGroup.Rows))
                : new ParquetRowGroupScan(file, name, ImagePlan.OfRanges(footer, file.Shape, rowGroups, options.MaxGapBytes));
            yield return AsTableHasThem(all, footer, task, group[0], deleted);
        }
    }

    private bool IsSmall(long bytes) => bytes <= options.SmallBytes;

    private async Task<IRowGroupScan?> OpenWholeAsync(IRangeReader reader, ScanTask task, CancellationToken cancellationToken)
    {
        var block = new NativeBlock(reader.Length);
        try
        {
            await reader.ReadAsync(0, block.Memory(0, (int)reader.Length), cancellationToken);
            ParquetFooter footer = ParquetFooter.Of(block.Span(0, (int)reader.Length), task.File);
            ScanFile file = Describe(footer, task, reader.Length);
            List<int> kept = KeptRowGroups(footer, file.Shape, task);
            IDeletedRows? deleted = await LoadDeletesAsync(task, kept, cancellationToken);
            // Rows are counted from the first one: one run of row groups, though some of it was ruled out.
            if (kept.Count > 0 && (deleted is not null || LineageScan.IsNeeded(scan)))
                kept = [.. Enumerable.Range(kept[0], kept[^1] - kept[0] + 1)];
            ParquetRowGroup[] rowGroups = [.. kept.Select(i => footer.RowGroups[i])];
            string name = NameOf(task.File, kept);
            if (kept.Count > 0 && file.Shape.FileColumns.Count > 0)
            {
                ImagePlan plan = ImagePlan.OfWhole(footer, file.Shape, rowGroups);
                return AsTableHasThem(new ParquetRowGroupScan(file, name, plan, ImageMemory.Of(block, plan, name, options)), footer, task, kept[0], deleted);
            }

            block.Dispose();
            return kept.Count == 0 ? null : AsTableHasThem(new ConstantScan(file, name, rowGroups.Sum(rowGroup => rowGroup.Rows)), footer, task, kept[0], deleted);
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    /// <summary>Nothing is loaded for a file of which nothing is read.</summary>
    private static async ValueTask<IDeletedRows?> LoadDeletesAsync(ScanTask task, List<int> rowGroups, CancellationToken cancellationToken) =>
        rowGroups.Count == 0 || task.Deletes is null ? null : await task.Deletes.LoadAsync(cancellationToken);

    /// <summary>Rows with what they inherit, and without those that are deleted: both count rows from the file's first one.</summary>
    private IRowGroupScan AsTableHasThem(IRowGroupScan all, ParquetFooter footer, ScanTask task, int firstRowGroup, IDeletedRows? deleted)
    {
        long firstPosition = footer.FirstPosition(firstRowGroup);
        IRowGroupScan rows = LineageScan.Over(all, scan, task, firstPosition, options.BatchRows, allocator);
        return deleted is null ? rows : new DeletingScan(rows, firstPosition, deleted, scan.ReadSchema, allocator);
    }

    /// <exception cref="UnsupportedFeatureException">A wanted column uses what is not read yet.</exception>
    private ScanFile Describe(ParquetFooter footer, ScanTask task, long bytes)
    {
        BatchShape shape = BatchShape.Of(scan, task, footer.Schema, footer.StoredSchema, StoredTypes.Decode);
        SchemaNode[] columns = [.. shape.FileColumns.Select(i => footer.Root.Children[i])];
        FeatureGate.ThrowIfRefused("parquet", task.File.ToString(), FileFeatures.Of(columns, footer.RowGroups));
        return new ScanFile(store, task.File, bytes, shape, options, allocator);
    }

    private List<int> KeptRowGroups(ParquetFooter footer, BatchShape shape, ScanTask task) =>
        [.. Enumerable.Range(0, footer.RowGroups.Count).Where(i => footer.RowGroups[i].Rows > 0 && MightMatch(footer, i, shape, task))];

    private bool MightMatch(ParquetFooter footer, int rowGroup, BatchShape shape, ScanTask task) =>
        scan.Where is not { } where || FilterPruning.MightMatch(where, column =>
            shape.Columns.FirstOrDefault(candidate => candidate.Field.Name == column) is { } found ? StatisticsOf(footer, rowGroup, found, task) : null);

    private static ColumnStatistics? StatisticsOf(ParquetFooter footer, int index, BatchColumn column, ScanTask task)
    {
        ParquetRowGroup rowGroup = footer.RowGroups[index];
        if (column.Field.GetRowMetadata() is not { } kind)
            return StatisticsOf(footer, rowGroup, column);
        if (column.FileColumn is null)
            return InheritedValue.Range(task, kind, footer.FirstPosition(index), rowGroup.Rows);
        // What is null in the file is something else in the table.
        return StatisticsOf(footer, rowGroup, column) is { NullCount: 0 } stored ? stored : null;
    }

    private static ColumnStatistics? StatisticsOf(ParquetFooter footer, ParquetRowGroup rowGroup, BatchColumn column)
    {
        if (column.FileColumn is not { } index)
        {
            return column.Constant is { } constant
                ? ColumnStatistics.OfConstant(constant, rowGroup.Rows)
                : new ColumnStatistics(null, null, rowGroup.Rows, rowGroup.Rows);
        }

        SchemaNode leaf = footer.Root.Children[index];
        ColumnOrder order = leaf.FirstLeaf < footer.ColumnOrders.Count ? footer.ColumnOrders[leaf.FirstLeaf] : ColumnOrder.Undefined;
        return leaf.IsLeaf ? ColumnBounds.Of(footer.Schema.FieldsList[index], leaf, rowGroup.Columns[leaf.FirstLeaf], order) : null;
    }

    /// <summary>Small row groups that follow each other without a gap are read together, up to the size of a small file.</summary>
    private IEnumerable<List<int>> Join(ParquetFooter footer, List<int> rowGroups, BatchShape shape)
    {
        int[] leaves = [.. shape.FileColumns.SelectMany(i => footer.Root.Children[i].Leaves).Select(leaf => leaf.FirstLeaf)];
        var group = new List<int>();
        long groupBytes = 0;
        foreach (int i in rowGroups)
        {
            long bytes = leaves.Sum(leaf => footer.RowGroups[i].Columns[leaf].CompressedBytes);
            if (group.Count > 0 && (i != group[^1] + 1 || groupBytes + bytes > options.SmallBytes))
            {
                yield return group;
                group = [];
                groupBytes = 0;
            }

            group.Add(i);
            groupBytes += bytes;
        }

        if (group.Count > 0)
            yield return group;
    }

    private static string NameOf(Location file, List<int> rowGroups) => rowGroups switch
    {
        [] => file.ToString(),
        [int only] => $"{file}, row group {only}",
        _ => $"{file}, row groups {rowGroups[0]} to {rowGroups[^1]}",
    };
}
