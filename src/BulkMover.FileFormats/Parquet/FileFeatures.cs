using System.Collections.Frozen;
using BulkMover.Core.Tables;
using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet;

/// <summary>Finds in <see cref="ParquetFeatures"/> what a file uses; refused is what would make its rows wrong (invariant 8).</summary>
internal static class FileFeatures
{
    private static readonly FrozenDictionary<LogicalTypeKind, TableFeature> LogicalTypes = Enum.GetValues<LogicalTypeKind>()
        .ToFrozenDictionary(kind => kind, kind => ParquetFeatures.All[$"type {kind.ToString().ToUpperInvariant()}"]);

    private static readonly FrozenDictionary<CompressionCodec, TableFeature> Codecs = Enum.GetValues<CompressionCodec>()
        .ToFrozenDictionary(codec => codec, codec => ParquetFeatures.All[$"compression {NameOf(codec)}"]);

    /// <param name="columns">The top-level columns that are read.</param>
    /// <param name="rowGroups">All of the file.</param>
    public static IReadOnlyList<TableFeature> Of(IReadOnlyList<SchemaNode> columns, IReadOnlyList<ParquetRowGroup> rowGroups) =>
        [.. OfTypes(columns), .. OfChunks([.. columns.SelectMany(LeavesOf)], rowGroups), .. OfOptionalKeys(columns, rowGroups)];

    /// <param name="columns">As above.</param>
    public static IReadOnlyList<TableFeature> OfTypes(IReadOnlyList<SchemaNode> columns)
    {
        var features = new List<TableFeature>();
        foreach (SchemaNode node in columns.SelectMany(column => column.SelfAndBelow))
        {
            if (OfField(node) is { } feature && features.All(known => known.Name != feature.Name))
                features.Add(feature.State == FeatureState.Read ? feature : feature with { Why = $"column '{node.Path}' has it; {feature.Why}" });
        }

        return features;
    }

    /// <param name="leaves">The leaf columns that are read.</param>
    /// <param name="rowGroups">All of the file.</param>
    public static IReadOnlyList<TableFeature> OfChunks(IReadOnlyList<int> leaves, IReadOnlyList<ParquetRowGroup> rowGroups)
    {
        var features = new List<TableFeature>();
        ParquetColumnChunk[] chunks = [.. rowGroups.SelectMany(rowGroup => leaves.Select(leaf => rowGroup.Columns[leaf]))];
        foreach (CompressionCodec codec in chunks.Select(chunk => chunk.Codec).Distinct())
            features.Add(Codecs.GetValueOrDefault(codec) ?? ParquetFeatures.All["another compression"] with { Name = $"compression codec {(int)codec}" });
        foreach (int encoding in chunks.Select(chunk => chunk.UnknownEncoding).OfType<int>().Distinct())
            features.Add(ParquetFeatures.All["another encoding"] with { Name = $"encoding {encoding}" });
        if (chunks.Any(chunk => chunk.FilePath is not null))
            features.Add(ParquetFeatures.All["column chunks in other files"]);
        return features;
    }

    private static IEnumerable<int> LeavesOf(SchemaNode column) => Enumerable.Range(column.FirstLeaf, column.LeafCount);

    private static IEnumerable<TableFeature> OfOptionalKeys(IReadOnlyList<SchemaNode> columns, IReadOnlyList<ParquetRowGroup> rowGroups)
    {
        if (columns.FirstOrDefault(column => column.OptionalKeys.Any() && LeavesOf(column).Any(IsOfHadoop)) is not { } first)
            yield break;
        TableFeature feature = ParquetFeatures.All["optional map keys with LZ4 of Hadoop"];
        yield return feature with { Why = $"column '{first.Path}' has them; {feature.Why}" };

        bool IsOfHadoop(int leaf) => rowGroups.Any(rowGroup => rowGroup.Columns[leaf].Codec == CompressionCodec.Lz4);
    }

    private static TableFeature? OfField(SchemaNode node)
    {
        SchemaElement element = node.Element;
        if (element.Repetition == Repetition.Vector)
            return ParquetFeatures.All["VECTOR repetition"];
        if (element.Decimal is { Precision: > ParquetFeatures.MaxDecimalDigits } digits)
            return ParquetFeatures.All["DECIMAL of more than 76 digits"] with { Name = $"DECIMAL of {digits.Precision} digits" };
        if (InAnotherForm(node) is { } form)
            return ParquetFeatures.All[form];
        if (element.Logical is { HasUnknownUnit: true } time)
            return ParquetFeatures.All["another unit of time"] with { Name = $"type {time.Kind.ToString().ToUpperInvariant()} in unit {time.UnitId}" };
        if (element.Logical is { } logical)
        {
            return LogicalTypes.GetValueOrDefault(logical.Kind)
                ?? ParquetFeatures.All["another logical type"] with { Name = $"logical type {(int)logical.Kind}" };
        }

        return element.Converted switch
        {
            ConvertedType.Interval => ParquetFeatures.All["type INTERVAL"],
            { } converted when !Enum.IsDefined(converted) => ParquetFeatures.All["another converted type"] with { Name = $"converted type {(int)converted}" },
            _ => null,
        };
    }

    /// <summary>The feature of a type that is not stored as its specification says; null when it is.</summary>
    private static string? InAnotherForm(SchemaNode node) => node.Element switch
    {
        { Logical: { Kind: LogicalTypeKind.Variant, Version: not 1 } } => "type VARIANT of another version",
        { Logical.Kind: LogicalTypeKind.Variant } when node.Children.Count < 2 => "type VARIANT in another form",
        { Logical.Kind: LogicalTypeKind.Geometry, Type: not PhysicalType.ByteArray } => "type GEOMETRY in another form",
        { Logical.Kind: LogicalTypeKind.Geography, Type: not PhysicalType.ByteArray } => "type GEOGRAPHY in another form",
        { Logical: null, Converted: ConvertedType.Interval } element when element is not { Type: PhysicalType.FixedLenByteArray, TypeLength: IntervalShape.Bytes } =>
            "type INTERVAL in another form",
        _ => null,
    };

    /// <summary>As parquet.thrift writes it.</summary>
    private static string NameOf(CompressionCodec codec) => codec == CompressionCodec.Lz4Raw ? "LZ4_RAW" : codec.ToString().ToUpperInvariant();
}
