using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet.Metadata;

/// <summary>Parses the structs <c>ColumnChunk</c> and <c>ColumnMetaData</c> (parquet.thrift).</summary>
/// <exception cref="ThriftException">The bytes are not such structs.</exception>
internal static class ColumnChunkParser
{
    /// <summary>BYTE_STREAM_SPLIT. GROUP_VAR_INT (1) was never used.</summary>
    private const int LastEncoding = 9;

    public static List<ParquetColumnChunk> ParseList(ref CompactReader reader, CompactType listType, ReadOnlyMemory<byte> bytes)
    {
        var chunks = new List<ParquetColumnChunk>();
        for (int count = reader.ListOfStructs(listType); count > 0; count--)
            chunks.Add(Chunk(ref reader, bytes));
        return chunks;
    }

    private static ParquetColumnChunk Chunk(ref CompactReader reader, ReadOnlyMemory<byte> bytes)
    {
        string? filePath = null;
        ParquetColumnChunk? chunk = null;
        StoredRange offsetIndex = default, columnIndex = default;
        bool encrypted = false;
        int id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (id)
            {
                case 1: filePath = reader.String(type); break;
                case 3: chunk = Metadata(ref reader, type, bytes); break;
                case 4: offsetIndex = offsetIndex with { Offset = Hint(ref reader, type) }; break;
                case 5: offsetIndex = offsetIndex with { Bytes = Hint(ref reader, type) }; break;
                case 6: columnIndex = columnIndex with { Offset = Hint(ref reader, type) }; break;
                case 7: columnIndex = columnIndex with { Bytes = Hint(ref reader, type) }; break;
                case 8:
                    encrypted = true;
                    reader.Skip(type);
                    break;
                default: reader.Skip(type); break;
            }
        }

        if (encrypted)
            return new ParquetColumnChunk { IsEncrypted = true };
        if (chunk is null)
            throw new ThriftException("a column chunk has no metadata");
        chunk.FilePath = filePath;
        (chunk.OffsetIndex, chunk.ColumnIndex) = (offsetIndex, columnIndex);
        return chunk;
    }

    private static ParquetColumnChunk Metadata(ref CompactReader reader, CompactType structType, ReadOnlyMemory<byte> bytes)
    {
        CompactReader.ExpectStruct(structType);
        int? physical = null, codec = null, unknownEncoding = null;
        long? values = null, compressed = null, uncompressed = null, dataPage = null;
        long dictionaryPage = 0;
        long? unencoded = null;
        StoredRange bloomFilter = default;
        ReadOnlyMemory<byte> statistics = default;
        int id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (id)
            {
                case 1: physical = reader.Int32(type); break;
                case 2: unknownEncoding = UnknownEncoding(ref reader, type); break;
                case 4: codec = reader.Int32(type); break;
                case 5: values = reader.Int64(type); break;
                case 6: uncompressed = reader.Int64(type); break;
                case 7: compressed = reader.Int64(type); break;
                case 9: dataPage = reader.Int64(type); break;
                case 11: dictionaryPage = reader.Int64(type); break;
                case 12:
                    CompactReader.ExpectStruct(type);
                    int start = reader.Position;
                    reader.Skip(type);
                    statistics = bytes[start..reader.Position];
                    break;
                case 14: bloomFilter = bloomFilter with { Offset = Hint(ref reader, type) }; break;
                case 15: bloomFilter = bloomFilter with { Bytes = Hint(ref reader, type) }; break;
                case 16: unencoded = UnencodedBytes(ref reader, type); break;
                default: reader.Skip(type); break;
            }
        }

        return new ParquetColumnChunk
        {
            Type = (PhysicalType)(physical ?? throw Missing("type")),
            Codec = (CompressionCodec)(codec ?? throw Missing("codec")),
            Values = values ?? throw Missing("num_values"),
            UncompressedBytes = uncompressed ?? throw Missing("total_uncompressed_size"),
            CompressedBytes = compressed ?? throw Missing("total_compressed_size"),
            DataPageOffset = dataPage ?? throw Missing("data_page_offset"),
            DictionaryPageOffset = dictionaryPage,
            UnencodedBytes = unencoded,
            BloomFilter = bloomFilter,
            UnknownEncoding = unknownEncoding,
            StatisticsBytes = statistics,
        };
    }

    /// <summary>A number that only pruning needs. Dremio wrote a list as field 15 before the specification had one.</summary>
    private static long Hint(ref CompactReader reader, CompactType type)
    {
        if (type is CompactType.Int16 or CompactType.Int32 or CompactType.Int64)
            return reader.Int64(type);
        reader.Skip(type);
        return 0;
    }

    private static int? UnknownEncoding(ref CompactReader reader, CompactType listType)
    {
        int? unknown = null;
        for (int count = reader.ListOf(listType, out CompactType element); count > 0; count--)
        {
            int encoding = reader.Int32(element);
            if (encoding is < 0 or 1 or > LastEncoding)
                unknown ??= encoding;
        }

        return unknown;
    }

    private static long? UnencodedBytes(ref CompactReader reader, CompactType structType)
    {
        CompactReader.ExpectStruct(structType);
        long? bytes = null;
        int id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            if (id == 1)
                bytes = reader.Int64(type);
            else
                reader.Skip(type);
        }

        return bytes;
    }

    private static ThriftException Missing(string field) => new($"a column chunk has no {field}");
}
