namespace BulkMover.FileFormats.Parquet.Metadata;

/// <summary>A field of the file's schema with its place in the tree.</summary>
/// <param name="Element">As the footer lists it.</param>
/// <param name="Path">Names from the top-level field down, joined by points; for messages.</param>
/// <param name="Children">Empty for leaves.</param>
/// <param name="FirstLeaf">Index of the first leaf column at or below it.</param>
/// <param name="LeafCount">Leaf columns at or below it.</param>
/// <param name="MaxRepetition">Its highest repetition level: how many of it and the groups above it may occur many times in a row.</param>
internal sealed record SchemaNode(
    SchemaElement Element, string Path, IReadOnlyList<SchemaNode> Children, int FirstLeaf, int LeafCount, int MaxRepetition)
{
    /// <summary>It, or a group above it, may be missing: its values have definition levels.</summary>
    public bool HasDefinitionLevels { get; init; }

    /// <summary>A row may have any number of it.</summary>
    public bool IsRepeated => MaxRepetition > 0;

    public bool IsLeaf => Element.Type is not null;

    /// <summary>The leaf columns at or below it, in order.</summary>
    public IEnumerable<SchemaNode> Leaves => IsLeaf ? [this] : Children.SelectMany(child => child.Leaves);

    /// <summary>
    /// Keys of the maps at or below it that may be missing by the schema, which they must not (LogicalTypes.md, "Maps"): Hive, Presto, Flink and
    /// others have written them so.
    /// </summary>
    public IEnumerable<SchemaNode> OptionalKeys => SelfAndBelow.Select(node => node.Key).OfType<SchemaNode>().Where(key => key.Element.Repetition == Repetition.Optional);

    /// <summary>The key of a map with values.</summary>
    private SchemaNode? Key =>
        Element is { Logical.Kind: LogicalTypeKind.Map } or { Logical: null, Converted: ConvertedType.Map or ConvertedType.MapKeyValue }
        && Children is [{ Element.Repetition: Repetition.Repeated, Children: [var key, _] }] ? key : null;

    /// <summary>It and all below it, depth first: the order of the footer.</summary>
    public IEnumerable<SchemaNode> SelfAndBelow => Children.SelectMany(child => child.SelfAndBelow).Prepend(this);
}
