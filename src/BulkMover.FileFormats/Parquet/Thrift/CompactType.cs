namespace BulkMover.FileFormats.Parquet.Thrift;

/// <summary>Wire types of Thrift's compact protocol (thrift-compact-protocol.md, "Struct encoding").</summary>
internal enum CompactType
{
    Stop = 0,
    True = 1,
    False = 2,
    Byte = 3,
    Int16 = 4,
    Int32 = 5,
    Int64 = 6,
    Double = 7,
    Binary = 8,
    List = 9,
    Set = 10,
    Map = 11,
    Struct = 12,
    Uuid = 13,
}
