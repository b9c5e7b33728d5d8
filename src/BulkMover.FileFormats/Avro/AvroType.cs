namespace BulkMover.FileFormats.Avro;

/// <summary>A type of the writer's schema: how a value is encoded in the file. Never recursive.</summary>
public sealed class AvroType(AvroKind kind)
{
    private int? numbers;

    public AvroKind Kind { get; } = kind;

    /// <summary>The <c>logicalType</c> as written, such as <c>timestamp-micros</c>; null when there is none.</summary>
    public string? LogicalType { get; init; }

    /// <summary>Bytes of a fixed; 0 for every other kind.</summary>
    public int Size { get; init; }

    /// <summary>Fields of a record, in the order in which they are encoded; an array, because every record is decoded by walking it.</summary>
    public AvroField[] Fields { get; init; } = [];

    /// <summary>Type of an array's items or a map's values.</summary>
    public AvroType? Items { get; init; }

    /// <summary>Types of a union, in the order of their index.</summary>
    public AvroType[] Branches { get; init; } = [];

    /// <summary>
    /// True when every value takes no bytes. Such values never use up the input, so counts of them must not drive a loop.
    /// </summary>
    public bool IsEmpty { get; init; }

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
