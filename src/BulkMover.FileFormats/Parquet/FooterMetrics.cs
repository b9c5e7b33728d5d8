using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet;

/// <summary>Sums up what the row groups of a file say of each leaf column. Whatever is in doubt in one of them is left out of the whole.</summary>
internal static class FooterMetrics
{
    public static IReadOnlyList<LeafMetrics> Of(ParquetFooter footer)
    {
        var leaves = new List<LeafMetrics>();
        for (int i = 0; i < footer.Root.Children.Count; i++)
        {
            Add(leaves, footer, footer.Root.Children[i], footer.FileSchema.FieldsList[i], []);
            if (footer.NansOf(i) is { } nans)
                leaves[^1] = leaves[^1] with { Nans = nans };
        }

        return leaves;
    }

    /// <param name="leaves">Gets the leaves at and below the node.</param>
    /// <param name="footer">The file's.</param>
    /// <param name="node">Where in the schema.</param>
    /// <param name="field">The same as rows are read; null inside of lists and maps, where bounds would be of no use.</param>
    /// <param name="above">Names above.</param>
    private static void Add(List<LeafMetrics> leaves, ParquetFooter footer, SchemaNode node, Field? field, IReadOnlyList<string> above)
    {
        string[] path = [.. above, node.Element.Name];
        if (node.IsLeaf)
        {
            leaves.Add(Sum(footer, node, field, path));
            return;
        }

        var members = (field?.DataType as StructType)?.Fields;
        for (int i = 0; i < node.Children.Count; i++)
            Add(leaves, footer, node.Children[i], members is { } fields && fields.Count == node.Children.Count ? fields[i] : null, path);
    }

    private static LeafMetrics Sum(ParquetFooter footer, SchemaNode leaf, Field? field, string[] path)
    {
        (long bytes, long values, long? nulls) = (0, 0, 0);
        (Scalar? lower, Scalar? upper, bool isBounded) = (null, null, field is not null);
        foreach (ParquetColumnChunk chunk in footer.RowGroups.Select(rowGroup => rowGroup.Columns[leaf.FirstLeaf]))
        {
            bytes += chunk.CompressedBytes;
            values += chunk.Values;
            nulls += chunk.Statistics?.NullCount is >= 0 and var its && its <= chunk.Values ? its : null;
            ColumnStatistics? statistics = isBounded ? ColumnBounds.Of(field!, leaf, chunk, footer.OrderOf(leaf)) : null;
            if (statistics is not { NullCount: { } none } || none < chunk.Values)
            {
                lower = Lowest(lower, statistics?.Min, ref isBounded);
                upper = Highest(upper, statistics?.Max, ref isBounded);
            }
        }

        return new LeafMetrics(path, leaf.Element.FieldId, bytes, values, nulls, isBounded ? lower : null, isBounded ? upper : null);
    }

    private static Scalar? Lowest(Scalar? known, Scalar? more, ref bool isBounded) => Further(known, more, -1, ref isBounded);

    private static Scalar? Highest(Scalar? known, Scalar? more, ref bool isBounded) => Further(known, more, 1, ref isBounded);

    private static Scalar? Further(Scalar? known, Scalar? more, int sign, ref bool isBounded)
    {
        isBounded &= more is not null;
        if (more is null || known is null)
            return more;
        int? order = ScalarComparer.Compare(more, known);
        isBounded &= order is not null;
        return order * sign > 0 ? more : known;
    }
}
