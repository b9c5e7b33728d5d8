namespace BulkMover.FileFormats.Avro;

/// <summary>Maps are arrays of key-value records, or, where keys are strings, what Avro calls a map (Iceberg spec, Appendix A, "Avro").</summary>
internal static class AvroMaps
{
    /// <summary>The keys of what Avro calls a map.</summary>
    public static AvroType Key { get; } = new(AvroKind.String);

    /// <summary>The key-value record of an array that is a map; null when it is a list.</summary>
    public static AvroType? EntryOf(AvroType array) =>
        array is { LogicalType: "map", Items: { Kind: AvroKind.Record, Fields.Length: 2 } entry } ? entry : null;
}
