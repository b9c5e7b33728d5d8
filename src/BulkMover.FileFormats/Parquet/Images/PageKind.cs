namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>parquet.thrift, <c>PageType</c>. Readers step over kinds that they do not know.</summary>
internal enum PageKind
{
    Data = 0,
    Index = 1,
    Dictionary = 2,
    DataV2 = 3,
}
