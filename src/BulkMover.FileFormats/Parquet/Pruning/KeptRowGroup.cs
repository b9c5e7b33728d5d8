using BulkMover.FileFormats.Deletes;
using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet.Pruning;

/// <summary>A row group that may hold wanted rows.</summary>
/// <param name="Index">Its number in the file.</param>
/// <param name="RowGroup">It, or what is left of it without some of its pages.</param>
/// <param name="Places">Which rows of the file that has, ascending.</param>
internal sealed record KeptRowGroup(int Index, ParquetRowGroup RowGroup, IReadOnlyList<PositionRange> Places)
{
    /// <summary>All of a file that have rows.</summary>
    public static List<KeptRowGroup> All(ParquetFooter footer)
    {
        var all = new List<KeptRowGroup>();
        long position = 0;
        for (int i = 0; i < footer.RowGroups.Count; i++)
        {
            ParquetRowGroup rowGroup = footer.RowGroups[i];
            if (rowGroup.Rows > 0)
                all.Add(new KeptRowGroup(i, rowGroup, [new PositionRange(position, rowGroup.Rows)]));
            position += rowGroup.Rows;
        }

        return all;
    }
}
