using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet.Images;
using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet;

/// <summary>
/// The Arrow schema that a Parquet schema is read as. The native reader gives INT96, small integers and decimals in byte arrays as they are
/// stored; they are converted here, because it wraps around silently for the former and refuses values that writers are known for in the latter.
/// </summary>
internal static class ArrowSchemas
{
    /// <summary>Digits of Arrow's 128-bit decimals.</summary>
    private const int MaxDecimal128Digits = 38;

    /// <summary>INT96 has nanoseconds, but is written for dates from 0001 to 9999, which only microseconds reach.</summary>
    private static readonly TimestampType Int96Type = new(TimeUnit.Microsecond, (string?)null);

    /// <summary>The types that the native reader gives.</summary>
    /// <exception cref="Exception">The native reader refuses the schema; the caller says for which file.</exception>
    public static unsafe Schema StoredSchema(SchemaNode root)
    {
        if (root.Children.Count == 0)
            return new Schema([], null);

        byte[] footer = ImageFooter.Write(root, [.. Enumerable.Range(0, root.Children.Count)], [], _ => default);
        fixed (byte* address = footer)
        {
            using var file = new NativeFile((nint)address, footer.Length, batchRows: 1, leaves: [], dictionaries: []);
            return file.Schema;
        }
    }

    /// <summary>The types of the file; a variant is the group that it is stored as, with a mark.</summary>
    public static Schema Correct(Schema stored, SchemaNode root)
    {
        SchemaNode[] leaves = [.. root.Leaves];
        SchemaNode[] variants = [.. root.SelfAndBelow.Where(node => node.Element.Logical?.Kind == LogicalTypeKind.Variant)];
        int next = 0;
        return new Schema(CorrectAll(stored.FieldsList, leaves, variants, ref next), null);
    }

    /// <summary>The types that rows are read with: variants are JSON text.</summary>
    public static Schema Readable(Schema file) => new([.. file.FieldsList.Select(Readable)], null);

    private static Field Readable(Field field) => field.DataType switch
    {
        _ when field.IsVariantGroup() => field.AsVariant(),
        StructType type => With(field, new StructType([.. type.Fields.Select(Readable)])),
        ListType type => With(field, new ListType(Readable(type.ValueField))),
        MapType type => With(field, new MapType(Readable(type.KeyField), Readable(type.ValueField), type.KeySorted)),
        _ => field,
    };

    /// <summary>Leaves of both schemas follow each other in the same order, however lists and maps are wrapped.</summary>
    private static Field Correct(Field field, SchemaNode[] leaves, SchemaNode[] variants, ref int next)
    {
        switch (field.DataType)
        {
            case StructType type:
                int first = next;
                Field group = With(field, new StructType(CorrectAll(type.Fields, leaves, variants, ref next)));
                return IsVariant(first, next - first, type.Fields.Count) ? group.AsVariantGroup() : group;
            case ListType type:
                return With(field, new ListType(Correct(type.ValueField, leaves, variants, ref next)));
            case MapType type:
                Field key = Correct(type.KeyField, leaves, variants, ref next);
                return With(field, new MapType(key, Correct(type.ValueField, leaves, variants, ref next), type.KeySorted));
            default:
                return Leaf(field, leaves[next++].Element);
        }

        // A variant has two fields or more, so no group around it has the same leaves and as many fields.
        bool IsVariant(int firstLeaf, int leafCount, int fields) => variants.Any(node =>
            node.FirstLeaf == firstLeaf && node.LeafCount == leafCount && node.Children.Count == fields);
    }

    private static List<Field> CorrectAll(IReadOnlyList<Field> fields, SchemaNode[] leaves, SchemaNode[] variants, ref int next)
    {
        var corrected = new List<Field>(fields.Count);
        foreach (Field field in fields)
            corrected.Add(Correct(field, leaves, variants, ref next));
        return corrected;
    }

    private static Field Leaf(Field field, SchemaElement element) => element switch
    {
        { Type: PhysicalType.Int96 } => With(field, Int96Type),
        { Logical.Kind: LogicalTypeKind.Uuid } => field.AsUuid(),
        { Logical: { Kind: LogicalTypeKind.Geometry } geometry } => field.AsGeometry(geometry.Crs),
        { Logical: { Kind: LogicalTypeKind.Geography } geography } => field.AsGeography(geography.Crs, Edges(geography.EdgesId)),
        { Logical: null, Converted: ConvertedType.Interval } => With(field, IntervalShape.Type),
        { SmallInteger: { } integer } => With(field, integer switch
        {
            (8, true) => Int8Type.Default,
            (8, false) => UInt8Type.Default,
            (_, true) => Int16Type.Default,
            _ => UInt16Type.Default,
        }),
        { Type: PhysicalType.ByteArray, Decimal: { } digits } => With(field, digits.Precision <= MaxDecimal128Digits
            ? new Decimal128Type(digits.Precision, digits.Scale)
            : new Decimal256Type(digits.Precision, digits.Scale)),
        _ => field,
    };

    /// <summary>The names of <c>EdgeInterpolationAlgorithm</c> as GeoArrow has them.</summary>
    private static string Edges(int id) => id switch
    {
        0 => GeoType.DefaultEdges,
        1 => "vincenty",
        2 => "thomas",
        3 => "andoyer",
        4 => "karney",
        _ => $"algorithm {id}",
    };

    private static Field With(Field field, IArrowType type) => new(field.Name, type, field.IsNullable, field.Metadata);
}
