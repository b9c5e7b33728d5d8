using System.Runtime.CompilerServices;
using Apache.Arrow.Memory;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.FileFormats.Deletes;
using BulkMover.FileFormats.Lineage;
using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Parquet.Images;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Parquet.Pruning;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Parquet;

/// <summary>Reads the Parquet files of one scan: the footer, then the wanted column chunks of the row groups that may hold wanted rows.</summary>
/// <param name="store">Where the files lie.</param>
/// <param name="scan">What is wanted.</param>
/// <param name="options">How files are read.</param>
/// <param name="allocator">Where the buffers of columns come from of which no file has anything.</param>
public sealed class ParquetScanTaskReader(IObjectStore store, Scan scan, ParquetReadOptions options, MemoryAllocator allocator) : IScanTaskReader
{
    /// <summary>Memory of what is fetched, and of the batches that are decoded here.</summary>
    internal SlabPool Slabs { get; init; } = new();

    /// <remarks>The footer of a larger file is taken to fit into its tail; of one that does not, only that much is counted.</remarks>
    public long OpenBytes(ScanTask task) => (IsSmall(task.FileBytes) ? task.FileBytes : ParquetFooter.TailBytes)
        + (scan.Where is null && task.Deletes is null ? 0 : Math.Min(task.FileBytes, IndexSource.HeldBytes)) + (task.Deletes?.Bytes ?? 0);

    public async IAsyncEnumerable<IRowGroupScan> OpenAsync(ScanTask task, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using IRangeReader reader = await PinnedReader.OpenAsync(store, task.File, task.FileBytes, task.End?.Version, cancellationToken);
        if (IsSmall(reader.Length))
        {
            if (await OpenWholeAsync(reader, task, cancellationToken) is { } whole)
                yield return whole;
            yield break;
        }

        ParquetFooter footer = await ParquetFooter.ReadAsync(reader, task, cancellationToken);
        ScanFile file = Describe(footer, task, reader.Length);
        (List<KeptRowGroup> kept, IDeletedRows? deleted) = await KeepAsync(footer, file.Shape, task, new IndexSource(reader, IsInMemory: false, options), cancellationToken);
        foreach (List<KeptRowGroup> group in Join(footer, kept, file.Shape))
        {
            cancellationToken.ThrowIfCancellationRequested();
            ParquetRowGroup[] rowGroups = [.. group.Select(one => one.RowGroup)];
            string name = NameOf(task.File, group);
            IRowGroupScan all = file.Shape.FileColumns.Count == 0
                ? new ConstantScan(file, name, rowGroups.Sum(rowGroup => rowGroup.Rows))
                : new ParquetRowGroupScan(file, name, ImagePlan.OfRanges(footer, file.Shape, rowGroups, options.MaxGapBytes));
            yield return AsTableHasThem(all, task, group, deleted);
        }
    }

    private bool IsSmall(long bytes) => bytes <= options.SmallBytes;

    private async Task<IRowGroupScan?> OpenWholeAsync(IRangeReader reader, ScanTask task, CancellationToken cancellationToken)
    {
        NativeBlock block = Slabs.Take(reader.Length);
        NativeBlock? own = block;
        try
        {
            await reader.ReadAsync(0, block.Memory(0, (int)reader.Length), cancellationToken);
            ParquetFooter footer = ParquetFooter.Of(block.Span(0, (int)reader.Length), task.File);
            ScanFile file = Describe(footer, task, reader.Length);
            var indexes = new IndexSource(new HeldFile(block, reader.Length), IsInMemory: true, options);
            (List<KeptRowGroup> kept, IDeletedRows? deleted) = await KeepAsync(footer, file.Shape, task, indexes, cancellationToken);
            // What rows inherit is counted from the first one: one run of row groups, though some of it was ruled out.
            if (kept.Count > 0 && scan.ReadsRowMetadata)
                kept = KeptRowGroup.All(footer).FindAll(rowGroup => rowGroup.Index >= kept[0].Index && rowGroup.Index <= kept[^1].Index);
            ParquetRowGroup[] rowGroups = [.. kept.Select(one => one.RowGroup)];
            string name = NameOf(task.File, kept);
            if (kept.Count > 0 && file.Shape.FileColumns.Count > 0)
            {
                ImagePlan plan = ImagePlan.OfWhole(footer, file.Shape, rowGroups);
                own = null;
                return AsTableHasThem(new ParquetRowGroupScan(file, name, plan, ImageMemory.Of(block, plan, name, file.Options, Slabs)), task, kept, deleted);
            }

            return kept.Count == 0 ? null : AsTableHasThem(new ConstantScan(file, name, rowGroups.Sum(rowGroup => rowGroup.Rows)), task, kept, deleted);
        }
        finally
        {
            if (own is not null)
                Slabs.Return(own);
        }
    }

    /// <summary>Rows with what they inherit, and without those that are deleted: both count rows from the file's first one.</summary>
    private IRowGroupScan AsTableHasThem(IRowGroupScan all, ScanTask task, List<KeptRowGroup> kept, IDeletedRows? deleted)
    {
        IRowGroupScan rows = LineageScan.Over(all, scan, task, kept[0].Places[0].First, options.BatchRows, allocator);
        return deleted is null ? rows : new DeletingScan(rows, [.. kept.SelectMany(rowGroup => rowGroup.Places)], deleted, scan.ReadSchema.FieldsList.Count, Slabs);
    }

    /// <exception cref="UnsupportedFeatureException">A wanted column uses what is not read yet.</exception>
    private ScanFile Describe(ParquetFooter footer, ScanTask task, long bytes)
    {
        BatchShape shape = BatchShape.Of(scan, task, footer.FileSchema, footer.StoredSchema, StoredTypes.Decode);
        SchemaNode[] columns = [.. shape.FileColumns.Select(i => footer.Root.Children[i])];
        FeatureGate.ThrowIfRefused("parquet", task.File.ToString(), FileFeatures.Of(columns, footer.RowGroups));
        // What deletes tell rows by is compared value by value.
        ParquetReadOptions its = task.Deletes is { KeyColumns.Count: > 0 } ? options with { KeepsStoredForms = false } : options;
        return new ScanFile(store, task.File, bytes, footer.End.Version, shape, its, allocator, Slabs);
    }

    /// <summary>What of the file may hold wanted rows, and its deleted rows. These are not loaded for a file of which nothing is read.</summary>
    private async ValueTask<(List<KeptRowGroup> Kept, IDeletedRows? Deleted)> KeepAsync(
        ParquetFooter footer, BatchShape shape, ScanTask task, IndexSource indexes, CancellationToken cancellationToken)
    {
        List<KeptRowGroup> kept = scan.Where is { } where ? await new RowGroupPruning(footer, shape, task, indexes).KeepAsync(where, cancellationToken) : KeptRowGroup.All(footer);
        IDeletedRows? deleted = kept.Count == 0 || task.Deletes is null ? null : await task.Deletes.LoadAsync(cancellationToken);
        if (scan.Where is not null || deleted is not null)
            kept = await new PagePruning(footer, shape, scan.Where, deleted, indexes).KeepAsync(kept, withoutPages: !scan.ReadsRowMetadata, cancellationToken);
        return (kept, deleted);
    }

    /// <summary>Small row groups that follow each other without a gap are read together, up to the size of a small file.</summary>
    private IEnumerable<List<KeptRowGroup>> Join(ParquetFooter footer, List<KeptRowGroup> rowGroups, BatchShape shape)
    {
        int[] leaves = footer.LeavesOf(shape.FileColumns);
        var group = new List<KeptRowGroup>();
        long groupBytes = 0;
        foreach (KeptRowGroup kept in rowGroups)
        {
            long bytes = leaves.Sum(leaf => kept.RowGroup.Columns[leaf].CompressedBytes);
            if (group.Count > 0 && (kept.Index != group[^1].Index + 1 || groupBytes + bytes > options.SmallBytes))
            {
                yield return group;
                group = [];
                groupBytes = 0;
            }

            group.Add(kept);
            groupBytes += bytes;
        }

        if (group.Count > 0)
            yield return group;
    }

    private static string NameOf(Location file, List<KeptRowGroup> rowGroups) => rowGroups switch
    {
        [] => file.ToString(),
        [KeptRowGroup only] => $"{file}, row group {only.Index}",
        _ => $"{file}, row groups {rowGroups[0].Index} to {rowGroups[^1].Index}",
    };
}
