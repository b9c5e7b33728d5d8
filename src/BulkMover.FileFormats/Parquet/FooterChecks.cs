using BulkMover.Core.Stores;
using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet;

/// <summary>Holds a footer's numbers to each other and to the file, so that nothing after this has to doubt them.</summary>
internal static class FooterChecks
{
    /// <summary>Rows and bytes beyond this are refused: sums of them must not overflow.</summary>
    private const long MaxCount = 1L << 48;

    /// <param name="file">For messages.</param>
    /// <param name="metadata">The parsed footer.</param>
    /// <param name="leaves">Its leaf columns.</param>
    /// <param name="dataEnd">Where the footer begins: all data lie before it.</param>
    /// <exception cref="Core.Errors.CorruptTableException">Code <c>parquet.footer_corrupt</c>.</exception>
    public static void Check(Location file, FileMetadata metadata, IReadOnlyList<SchemaNode> leaves, long dataEnd)
    {
        for (int i = 0; i < metadata.RowGroups.Count; i++)
        {
            ParquetRowGroup rowGroup = metadata.RowGroups[i];
            if (rowGroup.Rows is < 0 or > MaxCount)
                throw ParquetErrors.Footer(file, $"row group {i} has {rowGroup.Rows} rows");
            if (rowGroup.Columns.Count != leaves.Count)
            {
                throw ParquetErrors.Footer(file,
                    $"row group {i} has {rowGroup.Columns.Count} column chunks for {leaves.Count} columns");
            }

            foreach (SchemaNode leaf in leaves)
            {
                if (Problem(leaf, rowGroup, dataEnd) is { } problem)
                    throw ParquetErrors.Footer(file, $"column '{leaf.Path}' in row group {i} {problem}");
            }
        }
    }

    /// <summary>Of a schema alone.</summary>
    /// <inheritdoc cref="Check(Location, FileMetadata, IReadOnlyList{SchemaNode}, long)"/>
    public static void Check(Location file, IReadOnlyList<SchemaNode> leaves)
    {
        foreach (SchemaNode leaf in leaves)
        {
            if (leaf.Element.Decimal is { } digits && (digits.Precision < 1 || digits.Scale < 0 || digits.Scale > digits.Precision))
                throw ParquetErrors.Footer(file, $"column '{leaf.Path}' is a decimal of {digits.Precision} digits, {digits.Scale} after the point");
        }
    }

    private static string? Problem(SchemaNode leaf, ParquetRowGroup rowGroup, long dataEnd)
    {
        ParquetColumnChunk chunk = rowGroup.Columns[leaf.FirstLeaf];
        if (chunk.Type != leaf.Element.Type)
            return $"is stored as {chunk.Type}, its schema says {leaf.Element.Type}";
        if (chunk.Values is < 0 or > MaxCount || (leaf.IsRepeated ? chunk.Values < rowGroup.Rows : chunk.Values != rowGroup.Rows))
            return $"has {chunk.Values} values for {rowGroup.Rows} rows";
        if (chunk.CompressedBytes is < 0 or > MaxCount || chunk.UncompressedBytes is < 0 or > MaxCount)
            return $"has {chunk.CompressedBytes} bytes, {chunk.UncompressedBytes} uncompressed";
        if (chunk.FilePath is not null || chunk.CompressedBytes == 0)
            return null;
        return chunk.DictionaryPageOffset < 0 || chunk.DictionaryPageOffset > dataEnd
                || chunk.Offset < 0 || chunk.Offset > dataEnd - chunk.CompressedBytes
            ? $"lies at {chunk.Offset} with {chunk.CompressedBytes} bytes (dictionary at {chunk.DictionaryPageOffset}), the data end at {dataEnd}"
            : null;
    }
}
