namespace BulkMover.FileFormats.Parquet.Metadata;

/// <summary>How often a field occurs in its parent (parquet.thrift, <c>FieldRepetitionType</c>).</summary>
internal enum Repetition
{
    Required = 0,
    Optional = 1,
    Repeated = 2,
    Vector = 3,
}
