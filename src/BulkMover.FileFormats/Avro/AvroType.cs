namespace BulkMover.FileFormats.Avro;

/// <summary>A type of the writer's schema: how a value is encoded in the file. Never recursive.</summary>
public sealed class AvroType(AvroKind kind)
{
    private int? numbers;

    public AvroKind Kind { get; } = kind;

    /// <summary>The <c>logicalType</c> as written, such as <c>timestamp-micros</c>; null when there is none.</summary>
    public string? LogicalType { get; init; }

    /// <summary>Digits of a decimal; 0 for every other type.</summary>
    public int Precision { get; init; }

    /// <summary>Digits of a decimal behind the point.</summary>
    public int Scale { get; init; }

    /// <summary>Iceberg's <c>adjust-to-utc</c> of a timestamp (Iceberg spec, Appendix A, "Avro"); false when the writer did not say.</summary>
    public bool IsAdjustedToUtc { get; init; }

    /// <summary>Bytes of a fixed; 0 for every other kind.</summary>
    public int Size { get; init; }

    /// <summary>Symbols of an enum in UTF-8, in the order of their index.</summary>
    public byte[][] Symbols { get; init; } = [];

    /// <summary>Fields of a record, in the order in which they are encoded; an array, because every record is decoded by walking it.</summary>
    public AvroField[] Fields
    {
        get;
        init => (field, FieldsWithBytes) = (value, [.. value.Where(part => !part.Type.IsEmpty)]);
    } = [];

    /// <summary>Those of the fields that take bytes.</summary>
    public AvroField[] FieldsWithBytes { get; private init; } = [];

    /// <summary>Type of an array's items or a map's values.</summary>
    public AvroType? Items { get; init; }

    /// <summary>Iceberg's <c>element-id</c> of an array, <c>value-id</c> of a map; null when the writer gave none.</summary>
    public int? ItemId { get; init; }

    /// <summary>Iceberg's <c>key-id</c> of a map.</summary>
    public int? KeyId { get; init; }

    /// <summary>Types of a union, in the order of their index.</summary>
    public AvroType[] Branches { get; init; } = [];

    /// <summary>
    /// True when every value takes no bytes. Such values never use up the input, so counts of them must not drive a loop.
    /// </summary>
    public bool IsEmpty { get; init; }

    /// <summary>True for an array whose items take no bytes.</summary>
    internal bool HasEmptyItems => Kind == AvroKind.Array && Items!.IsEmpty;

    /// <summary>
    /// How many values so many bytes of a block may hold. Of values that take no bytes it is what the largest block holds of others: a writer
    /// that cuts blocks by their bytes never cuts them.
    /// </summary>
    internal long MaxValues(int bytes) => IsEmpty ? AvroCodec.MaxBlockBytes : bytes;

    /// <summary>Levels of types in it, itself included.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>Of how many numbers a value consists when it has nothing else, such as a map's entry of an id and a count; else 0.</summary>
    internal int Numbers => numbers ??= CountNumbers();

    // Only of flat records: types that are nested and shared can stand for any number of values.
    private int CountNumbers() => Kind switch
    {
        AvroKind.Int or AvroKind.Long or AvroKind.Enum => 1,
        AvroKind.Record when Array.TrueForAll(Fields, part => part.Type.Kind is AvroKind.Int or AvroKind.Long or AvroKind.Enum) => Fields.Length,
        _ => 0,
    };
}
