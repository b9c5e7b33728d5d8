namespace BulkMover.FileFormats.Avro;

/// <summary>What a schema's type is called in the Avro specification, "Schema Declaration".</summary>
public enum AvroKind
{
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Fixed,
    Enum,
    Array,
    Map,
    Union,
    Record,
}
