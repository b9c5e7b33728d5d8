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
                LogicalTypeKind.Variant => OfVariant(node, logical),
                LogicalTypeKind.Geometry or LogicalTypeKind.Geography when element.Type == PhysicalType.ByteArray => Read(TypeName(logical), Section(logical)),
                LogicalTypeKind.Geometry or LogicalTypeKind.Geography =>
                    Refused($"{TypeName(logical)} in other than byte arrays", Section(logical), Where(node)),
                LogicalTypeKind.Vector => Refused(TypeName(logical), Section(logical), Where(node)),
                _ when !Enum.IsDefined(logical.Kind) =>
                    new TableFeature($"logical type {(int)logical.Kind}", FeatureState.Harmless, "parquet.thrift, LogicalType", $"{Where(node)}; its values are read as they are stored"),
                _ => null,
            };
        }


        if (element.Converted == ConvertedType.Interval)
        {
            return element is { Type: PhysicalType.FixedLenByteArray, TypeLength: IntervalShape.Bytes }
                ? Read("type INTERVAL", "LogicalTypes.md, INTERVAL")
                : Refused("type INTERVAL in other than 12 bytes", "LogicalTypes.md, INTERVAL", Where(node));
        }

        return element.Converted is { } converted && !Enum.IsDefined(converted)
            ? Refused($"converted type {(int)converted}", "parquet.thrift, ConvertedType", Where(node))
            : null;
    }

    private static TableFeature OfVariant(SchemaNode node, LogicalType logical)
    {
        if (logical.Version != 1)
            return Refused($"{TypeName(logical)} of version {logical.Version}", "VariantEncoding.md, Variant in Parquet", Where(node));
        return node.Children.Count > 1
            ? Read(TypeName(logical), "VariantEncoding.md, VariantShredding.md")
            : Refused($"{TypeName(logical)} without metadata or value", "VariantEncoding.md, Variant in Parquet", Where(node));
    }

    private static string TypeName(LogicalType logical) => $"type {logical.Kind.ToString().ToUpperInvariant()}";

    private static string Section(LogicalType logical) => $"LogicalTypes.md, {logical.Kind}";

    private static TableFeature OfCodec(CompressionCodec codec) => codec switch
    {
        CompressionCodec.Lzo => Refused("compression LZO", "Compression.md, LZO", "write the file again with another codec"),
        _ when !Enum.IsDefined(codec) => Refused($"compression codec {(int)codec}", "parquet.thrift, CompressionCodec", "check what wrote the file"),
        _ => Read($"compression {codec.ToString().ToUpperInvariant()}", "Compression.md"),
    };

    private static string Where(SchemaNode node) => $"column '{node.Path}' has it";

    private static TableFeature Read(string name, string specification) => new(name, FeatureState.Read, specification);

    private static TableFeature Refused(string name, string specification, string why) => new(name, FeatureState.Refused, specification, why);
}
