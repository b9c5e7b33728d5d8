namespace BulkMover.FileFormats.Avro;

/// <summary>A field of a record.</summary>
/// <param name="Name">As the schema writes it.</param>
/// <param name="FieldId">Iceberg's <c>field-id</c> (Iceberg spec, Appendix A, "Field IDs"); null when the writer gave none.</param>
/// <param name="Type">How the value is encoded.</param>
public sealed record AvroField(string Name, int? FieldId, AvroType Type);
