using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>The numbers of a page's header that say how the page is laid out (parquet.thrift, <c>PageHeader</c>).</summary>
/// <param name="Kind">Field <c>type</c>.</param>
/// <param name="UncompressedBytes">After decompression, without this header.</param>
/// <param name="CompressedBytes">As stored, without this header.</param>
/// <param name="Values">Values of a data page, nulls included, or entries of a dictionary; -1 when the page has no header of its kind.</param>
/// <param name="LevelBytes">Of a data page V2: bytes of both kinds of levels, which are not compressed.</param>
/// <param name="DefinitionEncoding">Of a data page V1: number of the encoding of the definition levels, else RLE.</param>
/// <param name="RepetitionEncoding">Likewise of the repetition levels.</param>
/// <param name="Encoding">Number of the encoding of the values; -1 when the header names none.</param>
/// <param name="HeaderBytes">Length of this header.</param>
internal sealed record PageHeader(
    PageKind Kind, int UncompressedBytes, int CompressedBytes, long Values, long LevelBytes, int DefinitionEncoding, int RepetitionEncoding, int Encoding, int HeaderBytes)
{
    private const int Rle = 3;

    /// <summary>
    /// The deprecated encoding of levels. Encodings.md packs it from the most significant bit on, some readers and writers from the least: which
    /// was meant, a file does not say.
    /// </summary>
    public const int BitPacked = 4;

    /// <summary>The values are numbers of dictionary entries (parquet.thrift, <c>Encoding</c>: PLAIN_DICTIONARY, RLE_DICTIONARY).</summary>
    public bool IsOfDictionary => Encoding is 2 or 8;

    /// <summary>CRC-32 of the page as it is stored, when the writer gave one.</summary>
    public int? Checksum { get; init; }

    /// <summary>Of a data page V2: the part of <see cref="LevelBytes"/> that stands first, the repetition levels.</summary>
    public int RepetitionBytes { get; init; }

    /// <summary>A data page V2 may say that its values are not compressed though its column's are.</summary>
    public bool IsCompressed { get; init; } = true;

    /// <summary>DELTA_BYTE_ARRAY.</summary>
    public bool HasPrefixes => Encoding == 7;

    /// <summary>Numbers that stand before the values for each of them: of DELTA_LENGTH_BYTE_ARRAY the length, of DELTA_BYTE_ARRAY that of the prefix too.</summary>
    public int LengthsOfAValue => Encoding switch
    {
        6 => 1,
        7 => 2,
        _ => 0,
    };

    /// <exception cref="ThriftException">The bytes are not a page header, or one of its numbers is negative.</exception>
    public static PageHeader Parse(ReadOnlySpan<byte> bytes)
    {
        var reader = new CompactReader(bytes);
        int? kind = null, uncompressed = null, compressed = null, checksum = null;
        PageNumbers data = new(), dictionary = new(), dataV2 = new();
        int id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (id)
            {
                case 1: kind = reader.Int32(type); break;
                case 2: uncompressed = NotNegative(reader.Int32(type), "uncompressed_page_size"); break;
                case 3: compressed = NotNegative(reader.Int32(type), "compressed_page_size"); break;
                case 4: checksum = reader.Int32(type); break;
                case 5: data = Numbers(ref reader, type, PageKind.Data); break;
                case 7: dictionary = Numbers(ref reader, type, PageKind.Dictionary); break;
                case 8: dataV2 = Numbers(ref reader, type, PageKind.DataV2); break;
                default: reader.Skip(type); break;
            }
        }

        var pageKind = (PageKind)(kind ?? throw new ThriftException("a page header has no type"));
        PageNumbers page = pageKind switch
        {
            PageKind.Data => data,
            PageKind.Dictionary => dictionary,
            PageKind.DataV2 => dataV2,
            _ => new PageNumbers { Values = 0 },
        };
        return new PageHeader(pageKind,
            uncompressed ?? throw new ThriftException("a page header has no uncompressed_page_size"),
            compressed ?? throw new ThriftException("a page header has no compressed_page_size"),
            page.Values, (long)page.DefinitionBytes + page.RepetitionBytes, page.Definitions, page.Repetitions, page.Encoding, reader.Position)
        {
            Checksum = checksum, RepetitionBytes = page.RepetitionBytes, IsCompressed = page.IsCompressed,
        };
    }

    /// <summary>Field 1 is <c>num_values</c> in all three kinds; the others are named where they are read.</summary>
    private static PageNumbers Numbers(ref CompactReader reader, CompactType structType, PageKind kind)
    {
        CompactReader.ExpectStruct(structType);
        var page = new PageNumbers();
        long nulls = 0;
        int id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (id)
            {
                case 1: page.Values = NotNegative(reader.Int32(type), "num_values"); break;
                case 2 when kind != PageKind.DataV2: page.Encoding = reader.Int32(type); break;
                case 2 when kind == PageKind.DataV2: nulls = NotNegative(reader.Int32(type), "num_nulls"); break;
                case 3 when kind == PageKind.Data: page.Definitions = reader.Int32(type); break;
                case 4 when kind == PageKind.Data: page.Repetitions = reader.Int32(type); break;
                case 3 when kind == PageKind.DataV2: NotNegative(reader.Int32(type), "num_rows"); break;
                case 4 when kind == PageKind.DataV2: page.Encoding = reader.Int32(type); break;
                case 5 when kind == PageKind.DataV2: page.DefinitionBytes = NotNegative(reader.Int32(type), "definition_levels_byte_length"); break;
                case 6 when kind == PageKind.DataV2: page.RepetitionBytes = NotNegative(reader.Int32(type), "repetition_levels_byte_length"); break;
                case 7 when kind == PageKind.DataV2: page.IsCompressed = CompactReader.Boolean(type); break;
                default: reader.Skip(type); break;
            }
        }

        return nulls <= page.Values ? page : throw new ThriftException($"a page has {nulls} nulls in {page.Values} values");
    }

    private static int NotNegative(int value, string field) =>
        value >= 0 ? value : throw new ThriftException($"a page has a {field} of {value}");

    /// <summary>What the header of one kind says; left as it is where there is none.</summary>
    private sealed class PageNumbers
    {
        public long Values { get; set; } = -1;

        public int Encoding { get; set; } = -1;

        public int Definitions { get; set; } = Rle;

        public int Repetitions { get; set; } = Rle;

        public int DefinitionBytes { get; set; }

        public int RepetitionBytes { get; set; }

        public bool IsCompressed { get; set; } = true;
    }
}
