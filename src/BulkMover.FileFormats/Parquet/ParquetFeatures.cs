using BulkMover.Core.Tables;
using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet;

/// <summary>What a file uses that not every reader reads. Refused: what would make its rows wrong.</summary>
internal static class ParquetFeatures
{
    /// <summary>Digits of Arrow's widest decimal.</summary>
    public const int MaxDecimalDigits = 76;

    /// <param name="columns">The top-level columns that are read.</param>
    /// <param name="rowGroups">All of the file.</param>
    public static IReadOnlyList<TableFeature> Of(IReadOnlyList<SchemaNode> columns, IReadOnlyList<ParquetRowGroup> rowGroups)
    {
        var features = new List<TableFeature>();
        foreach (SchemaNode node in columns.SelectMany(column => column.SelfAndBelow))
        {
            if (OfField(node) is { } feature && features.All(known => known.Name != feature.Name))
                features.Add(feature);
        }

        int[] leaves = [.. columns.SelectMany(column => Enumerable.Range(column.FirstLeaf, column.LeafCount))];
        IEnumerable<ParquetColumnChunk> chunks = rowGroups.SelectMany(rowGroup => leaves.Select(leaf => rowGroup.Columns[leaf]));
        foreach (CompressionCodec codec in chunks.Select(chunk => chunk.Codec).Distinct())
            features.Add(OfCodec(codec));
        foreach (int encoding in chunks.Select(chunk => chunk.UnknownEncoding).OfType<int>().Distinct())
            features.Add(Refused($"encoding {encoding}", "Encodings.md", "check what wrote the file"));
        if (chunks.Any(chunk => chunk.FilePath is not null))
            features.Add(Refused("column chunks in other files", "parquet.thrift, ColumnChunk.file_path", "read the files that hold the data instead"));
        return features;
    }

    private static TableFeature? OfField(SchemaNode node)
    {
        SchemaElement element = node.Element;
        if (element.Repetition == Repetition.Vector)
            return Refused("VECTOR repetition", "parquet.thrift, FieldRepetitionType", Where(node));
        if (element.Decimal is { Precision: > MaxDecimalDigits } digits)
        {
            return Refused($"DECIMAL of {digits.Precision} digits", "LogicalTypes.md, DECIMAL",
                $"{Where(node)}; at most {MaxDecimalDigits} digits are read");
        }

        if (element.Logical is { } logical)
        {
            return logical.Kind switch
            {
                LogicalTypeKind.Variant or LogicalTypeKind.Geometry or LogicalTypeKind.Geography or LogicalTypeKind.Vector =>
                    Refused($"type {logical.Kind.ToString().ToUpperInvariant()}", $"LogicalTypes.md, {logical.Kind}", Where(node)),
                _ when logical.HasUnknownUnit =>
                    Refused($"type {logical.Kind.ToString().ToUpperInvariant()} in unit {logical.UnitId}", $"LogicalTypes.md, {logical.Kind}", Where(node)),
                _ when !Enum.IsDefined(logical.Kind) =>
                    new TableFeature($"logical type {(int)logical.Kind}", FeatureState.Harmless, "parquet.thrift, LogicalType", $"{Where(node)}; its values are read as they are stored"),
                _ => null,
            };
        }

        if (element.Converted == ConvertedType.Interval)
            return Refused("type INTERVAL", "LogicalTypes.md, INTERVAL", Where(node));
        return element.Converted is { } converted && !Enum.IsDefined(converted)
            ? Refused($"converted type {(int)converted}", "parquet.thrift, ConvertedType", Where(node))
            : null;
    }

    private static TableFeature OfCodec(CompressionCodec codec) => codec switch
    {
        CompressionCodec.Lzo => Refused("compression LZO", "Compression.md, LZO", "write the file again with another codec"),
        _ when !Enum.IsDefined(codec) => Refused($"compression codec {(int)codec}", "parquet.thrift, CompressionCodec", "check what wrote the file"),
        _ => new TableFeature($"compression {codec.ToString().ToUpperInvariant()}", FeatureState.Read, "Compression.md"),
    };

    private static string Where(SchemaNode node) => $"column '{node.Path}' has it";

    private static TableFeature Refused(string name, string specification, string why) => new(name, FeatureState.Refused, specification, why);
}
