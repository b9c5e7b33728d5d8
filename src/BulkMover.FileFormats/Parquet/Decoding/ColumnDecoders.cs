using Apache.Arrow.Types;
using BulkMover.FileFormats.Parquet.Images;
using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Which leaf columns are decoded here, and by what. The native reader decodes the others.</summary>
internal static class ColumnDecoders
{
    /// <summary>Twice what the longest decimal needs: writers give bytes by the dozen, and longer values only make memory for what repeats the sign.</summary>
    private const int MaxDecimalBytes = 64;

    /// <summary>What one span reaches, and some bytes that a chunk may have beyond what its footer says.</summary>
    private const long MaxChunkBytes = int.MaxValue - 1024;

    /// <summary>A leaf column of whose type, encodings and codecs all are known here.</summary>
    /// <param name="leaf">The leaf.</param>
    /// <param name="chunks">Its chunks that are read, each with what its page headers say.</param>
    public static bool Covers(ColumnNode leaf, IEnumerable<(ParquetColumnChunk Chunk, PageSizes Pages)> chunks)
    {
        SchemaElement element = leaf.Leaf!.Element;
        return HasType(element, leaf.Type) && chunks.All(one => HasLevels(one.Chunk) && HasEncodings(element, one.Pages.Encodings));
    }

    /// <summary>The pages of a chunk can be read here as far as their levels, whatever its values are.</summary>
    public static bool HasLevels(ParquetColumnChunk chunk) => chunk.CompressedBytes <= MaxChunkBytes && PageCodec.Covers(chunk.Codec);

    /// <summary>The decoder of a covered leaf. It takes the source over.</summary>
    /// <param name="source">Its chunks.</param>
    /// <param name="leaf">The leaf.</param>
    /// <param name="form">
    /// The stored form that the arrays have: of byte arrays a dictionary, all of whose pages hold numbers of its entries, or of decimals what <see cref="NarrowDecimal"/>
    /// gives. Null for the leaf's type.
    /// </param>
    public static LeafDecoder Create(ColumnSource source, ColumnNode leaf, IArrowType? form)
    {
        SchemaElement element = leaf.Leaf!.Element;
        return leaf.Type switch
        {
            BooleanType => new BooleanColumn(source),
            StringType or BinaryType => form is null ? new TextColumn(source, leaf.Type) : new DictionaryColumn(source, leaf.Type),
            Decimal128Type when form is not null => new FixedColumn(source, form, WidthOf(element)),
            Decimal128Type or Decimal256Type =>
                new DecimalColumn(source, (FixedSizeBinaryType)leaf.Type, WidthOf(element), isInteger: element.Type is PhysicalType.Int32 or PhysicalType.Int64),
            _ => new FixedColumn(source, leaf.Type, WidthOf(element)),
        };
    }

    /// <summary>Arrow's type for decimals as they are stored, in 32 or 64 bits; null for others. Integers are in the file as Arrow has them (LogicalTypes.md, "DECIMAL").</summary>
    public static IArrowType? NarrowDecimal(SchemaNode column, IArrowType type) => (column.Element.Type, type) switch
    {
        (PhysicalType.Int32, Decimal128Type { Precision: <= 9 } decimals) => new Decimal32Type(decimals.Precision, decimals.Scale),
        (PhysicalType.Int64, Decimal128Type { Precision: <= 18 } decimals) => new Decimal64Type(decimals.Precision, decimals.Scale),
        _ => null,
    };

    /// <summary>Of the stored type, the array's values are made here as the native reader makes them.</summary>
    private static bool HasType(SchemaElement element, IArrowType stored) => (element.Type, stored) switch
    {
        (PhysicalType.Boolean, BooleanType) => true,
        (PhysicalType.ByteArray, StringType or BinaryType) => true,
        (PhysicalType.Int32 or PhysicalType.Int64, Decimal128Type) => true,
        (PhysicalType.FixedLenByteArray, Decimal128Type or Decimal256Type) => WidthOf(element) is > 0 and <= MaxDecimalBytes,
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
        PhysicalType.FixedLenByteArray => Encodings.AreAllOf(encodings, Encodings.Plain, Encodings.PlainDictionary, Encodings.RleDictionary,
            Encodings.DeltaByteArray, Encodings.ByteStreamSplit),
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
