namespace BulkMover.FileFormats.Avro;

/// <summary>A type of the writer's schema: how a value is encoded in the file. Never recursive.</summary>
public sealed class AvroType(AvroKind kind)
{
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
}
