using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Deletes;
using BulkMover.FileFormats.Parquet.Images;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Parquet.Pruning;

/// <summary>
/// Leaves out what of the row groups nobody wants: those whose rows are all deleted, and pages whose rows are, or that the page index rules out (PageIndex.md). Rows are only cut where every wanted column begins a page,
/// so that no page has to be decoded in part: writers that bound pages by their rows have such places. A list's page does not tell how many
/// values its rows have; row groups with a wanted list are left as they are.
/// </summary>
/// <param name="footer">The file.</param>
/// <param name="shape">Its columns in the scan.</param>
/// <param name="where">Which rows are wanted; null for all.</param>
/// <param name="deleted">The file's deleted rows; null for none.</param>
/// <param name="source">Where the index is read from.</param>
internal sealed class PagePruning(ParquetFooter footer, BatchShape shape, Filter? where, IDeletedRows? deleted, IndexSource source)
{
    /// <summary>Fewer deleted rows in a row are hardly a page, and the index would be read for nothing.</summary>
    private const int MinDeletedRows = 1024;

    private readonly int[] leaves = footer.LeavesOf(shape.FileColumns);
    private bool? mayCut;

    /// <summary>The columns lie so that pages may go.</summary>
    private bool MayCut => mayCut ??= leaves.Length > 0 && !shape.FileColumns.SelectMany(i => footer.Root.Children[i].Leaves).Any(leaf => leaf.IsRepeated) && AreApart(footer, leaves);

    /// <param name="rowGroups">Whole ones.</param>
    /// <param name="withoutPages">Whether pages may be left out, or row groups only.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async ValueTask<List<KeptRowGroup>> KeepAsync(List<KeptRowGroup> rowGroups, bool withoutPages, CancellationToken cancellationToken)
    {
        var kept = new List<KeptRowGroup>();
        foreach (KeptRowGroup rowGroup in rowGroups)
        {
            if (deleted?.HasAll(rowGroup.Places[0].First, rowGroup.RowGroup.Rows) == true)
                continue;
            if ((withoutPages ? await PruneAsync(rowGroup, cancellationToken) : rowGroup) is { } left)
                kept.Add(left);
        }

        return kept;
    }

    /// <summary>The row group with the pages that may hold wanted rows; itself when none can be left out, null when all can.</summary>
    private async ValueTask<KeptRowGroup?> PruneAsync(KeptRowGroup whole, CancellationToken cancellationToken)
    {
        ParquetRowGroup rowGroup = whole.RowGroup;
        int[] compared = [.. (where?.Columns() ?? []).Distinct().Select(LeafOf).OfType<int>().Where(leaf => rowGroup.Columns[leaf].ColumnIndex.Offset > 0)];
        if ((compared.Length == 0 && !HasDeletedPages(whole)) || !MayCut)
            return whole;

        List<StoredRange> ranges = [.. leaves.Select(leaf => rowGroup.Columns[leaf].OffsetIndex), .. compared.Select(leaf => rowGroup.Columns[leaf].ColumnIndex)];
        if (await ReadAsync(ranges, rowGroup, cancellationToken) is not { } read)
            return whole;
        OffsetIndex?[] offsets = [.. leaves.Select((leaf, i) => OffsetIndex.TryParse(read[i].Span, rowGroup.Columns[leaf], rowGroup.Rows))];
        if (offsets.Contains(null))
            return whole;

        var indexes = new Dictionary<int, ColumnIndex?>();
        for (int i = 0; i < compared.Length; i++)
            indexes[compared[i]] = ColumnIndex.TryParse(read[leaves.Length + i].Span, offsets[System.Array.IndexOf(leaves, compared[i])]!.Pages.Length);
        return Cut(whole, offsets!, indexes);
    }

    private bool HasDeletedPages(KeptRowGroup whole)
    {
        // Whatever a footer says, pages have no more rows each, and the walk is as long as it says.
        if (deleted is null || whole.RowGroup.Rows > int.MaxValue || leaves.Any(leaf => whole.RowGroup.Columns[leaf].OffsetIndex.Offset <= 0))
            return false;
        for (long i = 0; i + MinDeletedRows <= whole.RowGroup.Rows; i += MinDeletedRows)
        {
            if (deleted.HasAll(whole.Places[0].First + i, MinDeletedRows))
                return true;
        }

        return false;
    }

    private KeptRowGroup? Cut(KeptRowGroup whole, OffsetIndex[] offsets, Dictionary<int, ColumnIndex?> indexes)
    {
        ParquetRowGroup rowGroup = whole.RowGroup;
        var kept = offsets.Select(_ => new List<PageLocation>()).ToArray();
        var places = new List<PositionRange>();
        long keptRows = 0;
        // Of each column the page behind those that were looked at.
        int[] next = new int[offsets.Length];
        while (next[0] < offsets[0].Pages.Length)
        {
            int[] first = [.. next];
            long rows = AdvanceToCommonBorder(offsets, next, rowGroup.Rows);
            long position = whole.Places[0].First + offsets[0].FirstRows[first[0]];
            if ((where is not null && !FilterPruning.MightMatch(where, name => StatisticsOf(name, rows, offsets, indexes, first, next))) || deleted?.HasAll(position, rows) == true)
                continue;
            keptRows += rows;
            places.Add(new PositionRange(position, rows));
            for (int i = 0; i < offsets.Length; i++)
                kept[i].AddRange(offsets[i].Pages.AsSpan(first[i]..next[i]));
        }

        if (keptRows == rowGroup.Rows || keptRows == 0)
            return keptRows == 0 ? null : whole;
        ParquetColumnChunk[] columns = [.. rowGroup.Columns];
        for (int i = 0; i < leaves.Length; i++)
            columns[leaves[i]] = columns[leaves[i]].WithPages(offsets[i].Pages[0].Offset, kept[i], keptRows);
        return whole with { RowGroup = new ParquetRowGroup(keptRows, columns), Places = places };
    }

    /// <summary>Moves each column to the next row at which all of them begin a page, and returns how many rows that is.</summary>
    private static long AdvanceToCommonBorder(OffsetIndex[] offsets, int[] next, long rows)
    {
        long start = offsets[0].FirstRows[next[0]];
        long border = start + 1, reached;
        do
        {
            // A column whose page goes beyond the border moves it, and the others have to follow.
            reached = border;
            for (int i = 0; i < offsets.Length; i++)
            {
                while (FirstRow(offsets[i], next[i], rows) < border)
                    next[i]++;
                border = FirstRow(offsets[i], next[i], rows);
            }
        }
        while (border > reached);

        return border - start;
    }

    private static long FirstRow(OffsetIndex offset, int page, long rows) => page < offset.FirstRows.Length ? offset.FirstRows[page] : rows;

    private ColumnStatistics? StatisticsOf(
        string name, long rows, OffsetIndex[] offsets, Dictionary<int, ColumnIndex?> indexes, int[] first, int[] next)
    {
        BatchColumn? column = shape.Columns.FirstOrDefault(candidate => candidate.Field.Name == name);
        if (column?.FileColumn is not { } file)
            return column is null ? null : RowGroupPruning.OfConstant(column, rows);
        SchemaNode leaf = footer.Root.Children[file];
        if (LeafOf(name) is null || !indexes.TryGetValue(leaf.FirstLeaf, out ColumnIndex? index) || index is null)
            return null;

        ColumnStatistics? all = null;
        int i = System.Array.IndexOf(leaves, leaf.FirstLeaf);
        for (int page = first[i]; page < next[i]; page++)
        {
            long pageRows = offsets[i].Pages[page].Rows;
            ColumnStatistics one = ColumnBounds.Of(footer.FileSchema.FieldsList[file], leaf, index.StatisticsOf(page, pageRows), pageRows, footer.OrderOf(leaf));
            all = all is null ? one : Join(all, one);
        }

        return all;
    }

    private static ColumnStatistics Join(ColumnStatistics left, ColumnStatistics right)
    {
        if (left.NullCount == left.Rows || right.NullCount == right.Rows)
        {
            // Bounds of a page of nulls are missing because it has no values.
            ColumnStatistics other = left.NullCount == left.Rows ? right : left;
            return other with { NullCount = left.NullCount + right.NullCount, Rows = left.Rows + right.Rows };
        }

        return new ColumnStatistics(Outer(left.Min, right.Min, -1), Outer(left.Max, right.Max, 1), left.NullCount + right.NullCount, left.Rows + right.Rows);
    }

    private static Scalar? Outer(Scalar? left, Scalar? right, int sign) => left is null || right is null || ScalarComparer.Compare(left, right) is not { } order
        ? null
        : order * sign > 0 ? left : right;

    /// <summary>The bytes of each range, or null when one is missing or together they are not worth their reading.</summary>
    private async ValueTask<ReadOnlyMemory<byte>[]?> ReadAsync(List<StoredRange> ranges, ParquetRowGroup rowGroup, CancellationToken cancellationToken)
    {
        if (ranges.Exists(range => range.Offset <= 0 || range.Bytes <= 0 || range.Bytes > source.File.Length - range.Offset))
            return null;
        long maxBytes = source.MaxIndexBytes(leaves.Sum(leaf => rowGroup.Columns[leaf].CompressedBytes));
        RangePlan plan = RangePlan.Of(ranges.Select(range => (range.Offset, range.Bytes)), source.IsInMemory ? 0 : source.Options.MaxGapBytes);
        if (ranges.Sum(range => range.Bytes) > maxBytes || plan.End > BloomFilter.MaxBytes)
            return null;
        byte[] image = new byte[plan.End];
        foreach (FileRange range in plan.Ranges)
            await source.File.ReadAsync(range.Offset, image.AsMemory((int)range.ImageOffset, (int)range.Length), cancellationToken);
        return [.. ranges.Select(range => image.AsMemory((int)plan.ImageOffset(range.Offset), (int)range.Bytes))];
    }

    private int? LeafOf(string name)
    {
        BatchColumn? column = shape.Columns.FirstOrDefault(candidate => candidate.Field.Name == name);
        return column?.FileColumn is { } file && column.Field.HasStatistics() && footer.FileSchema.FieldsList[file].HasStatistics()
            && footer.Root.Children[file] is { IsLeaf: true } leaf ? leaf.FirstLeaf : null;
    }

    /// <summary>Chunks are put together in place: none may lie in another one.</summary>
    private static bool AreApart(ParquetFooter footer, int[] leaves)
    {
        long end = 0;
        foreach (ParquetColumnChunk chunk in footer.RowGroups.SelectMany(rowGroup => leaves.Select(leaf => rowGroup.Columns[leaf])).OrderBy(chunk => chunk.Offset))
        {
            if (chunk.Offset < end)
                return false;
            end = chunk.Offset + chunk.CompressedBytes;
        }

        return true;
    }
}
