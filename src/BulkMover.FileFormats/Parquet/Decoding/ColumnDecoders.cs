using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.FileFormats.Parquet.Images;
using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Which columns are decoded here, and by what. The native reader decodes the others.</summary>
internal static class ColumnDecoders
{
    /// <summary>Bytes of the longest decimals.</summary>
    private const int Decimal128Bytes = 16, Decimal256Bytes = 32;

    /// <summary>What one span reaches, and some bytes that a chunk may have beyond what its footer says.</summary>
    private const long MaxChunkBytes = int.MaxValue - 1024;

    /// <summary>Flat columns of whose types, encodings and codecs all are known here.</summary>
    /// <param name="column">A column of the file's top level.</param>
    /// <param name="stored">The type that the native reader gives it; arrays from here have it too.</param>
    /// <param name="chunks">The column's chunks that are read, each with what its page headers say.</param>
    public static bool Covers(SchemaNode column, IArrowType stored, IEnumerable<(ParquetColumnChunk Chunk, PageSizes Pages)> chunks) =>
        column is { IsLeaf: true, IsRepeated: false } && HasType(column.Element, stored)
            && chunks.All(one => one.Chunk.CompressedBytes <= MaxChunkBytes && PageCodec.Covers(one.Chunk.Codec) && HasEncodings(column.Element, one.Pages.Encodings));

    /// <summary>The decoder of a covered column. It takes the source over.</summary>
    /// <param name="source">Its chunks.</param>
    /// <param name="column">The column.</param>
    /// <param name="stored">As for <see cref="Covers"/>.</param>
    /// <param name="asDictionary">Byte arrays come as numbers of dictionary entries; all their pages hold such.</param>
    /// <param name="allocator">Where dictionaries' memory comes from.</param>
    public static ColumnDecoder Create(ColumnSource source, SchemaNode column, IArrowType stored, bool asDictionary, MemoryAllocator allocator) => stored switch
    {
        BooleanType => new BooleanColumn(source),
        StringType or BinaryType => asDictionary ? new DictionaryColumn(source, stored, allocator) : new TextColumn(source, stored),
        Decimal128Type or Decimal256Type =>
            new DecimalColumn(source, (FixedSizeBinaryType)stored, WidthOf(column.Element), isInteger: column.Element.Type is PhysicalType.Int32 or PhysicalType.Int64),
        _ => new FixedColumn(source, stored, WidthOf(column.Element)),
    };

    /// <summary>Of the stored type, the array's values are made here as the native reader makes them.</summary>
    private static bool HasType(SchemaElement element, IArrowType stored) => (element.Type, stored) switch
    {
        (PhysicalType.Boolean, BooleanType) => true,
        (PhysicalType.ByteArray, StringType or BinaryType) => true,
        (PhysicalType.Int32 or PhysicalType.Int64, Decimal128Type) => true,
        (PhysicalType.FixedLenByteArray, Decimal128Type) => WidthOf(element) is > 0 and <= Decimal128Bytes,
        (PhysicalType.FixedLenByteArray, Decimal256Type) => WidthOf(element) is > 0 and <= Decimal256Bytes,
        (PhysicalType.Boolean or PhysicalType.ByteArray, _) => false,
        (_, FixedWidthType { BitWidth: var bits }) => WidthOf(element) > 0 && bits == WidthOf(element) * 8,
        _ => false,
    };

    private static bool HasEncodings(SchemaElement element, uint encodings) => element.Type switch
    {
        PhysicalType.Boolean => Encodings.AreAllOf(encodings, Encodings.Plain, Encodings.Rle),
        PhysicalType.ByteArray => Encodings.AreAllOf(encodings, Encodings.Plain, Encodings.PlainDictionary, Encodings.RleDictionary,
            Encodings.DeltaLengthByteArray, Encodings.DeltaByteArray),
        PhysicalType.Int32 or PhysicalType.Int64 => Encodings.AreAllOf(encodings, Encodings.Plain, Encodings.PlainDictionary, Encodings.RleDictionary,
            Encodings.DeltaBinaryPacked, Encodings.ByteStreamSplit),
        PhysicalType.Int96 => Encodings.AreAllOf(encodings, Encodings.Plain, Encodings.PlainDictionary, Encodings.RleDictionary),
        _ => Encodings.AreAllOf(encodings, Encodings.Plain, Encodings.PlainDictionary, Encodings.RleDictionary, Encodings.ByteStreamSplit),
    };

    private static int WidthOf(SchemaElement element) => element.Type switch
    {
        PhysicalType.Int32 or PhysicalType.Float => 4,
        PhysicalType.Int64 or PhysicalType.Double => 8,
        PhysicalType.Int96 => ImageSchema.Int96Bytes,
        _ => element.TypeLength ?? 0,
    };
}
