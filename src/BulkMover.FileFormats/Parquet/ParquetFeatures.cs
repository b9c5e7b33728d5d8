using BulkMover.Core.Tables;

namespace BulkMover.FileFormats.Parquet;

/// <summary>The features of the Parquet format and what we do with each. Types stand under the name of their annotation.</summary>
public static class ParquetFeatures
{
    /// <summary>Digits of Arrow's widest decimal.</summary>
    internal const int MaxDecimalDigits = 76;

    private const string NoReader = "its values have no equal here";
    private const string WithoutIt = "rows are read without it";

    public static FeatureList All { get; } = new("parquet",
    [
        .. Physical("BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"),
        Refused("VECTOR repetition", "parquet.thrift, FieldRepetitionType", NoReader),

        .. Logical("STRING", "MAP", "LIST", "ENUM", "DECIMAL", "DATE", "TIME", "TIMESTAMP", "INTEGER", "UNKNOWN", "JSON", "BSON", "UUID", "FLOAT16"),
        .. Logical("VARIANT", "GEOMETRY", "GEOGRAPHY", "INTERVAL"),
        Refused("type VARIANT of another version", "VariantEncoding.md, Variant in Parquet", "version 1 is known; a newer BulkMover may read it"),
        Refused("type VARIANT in another form", "VariantEncoding.md, Variant in Parquet", "it is a group of metadata and a value"),
        Refused("type GEOMETRY in another form", "Geospatial.md, Logical Types", "its values are byte arrays"),
        Refused("type GEOGRAPHY in another form", "Geospatial.md, Logical Types", "its values are byte arrays"),
        Refused("type VECTOR", "LogicalTypes.md, VECTOR", NoReader),
        Refused("type INTERVAL in another form", "LogicalTypes.md, INTERVAL", "its values have 12 bytes"),
        Refused("another unit of time", "LogicalTypes.md, TIMESTAMP", "what its values mean is not known"),
        Refused("DECIMAL of more than 76 digits", "LogicalTypes.md, DECIMAL", "at most 76 digits are read"),
        Harmless("another logical type", "parquet.thrift, LogicalType", "its values are read as they are stored"),
        Read("converted types", "parquet.thrift, ConvertedType"),
        Refused("another converted type", "parquet.thrift, ConvertedType", "what its values mean is not known"),
        Read("lists and maps in their old forms", "LogicalTypes.md, Backward-compatibility rules"),

        .. Encodings("PLAIN", "PLAIN_DICTIONARY", "RLE", "BIT_PACKED", "DELTA_BINARY_PACKED", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"),
        .. Encodings("RLE_DICTIONARY", "BYTE_STREAM_SPLIT"),
        Read("flat and nested columns, decoded by BulkMover", "README.md, Nested Encoding"),
        Read("columns with LZ4 of Hadoop, type UNKNOWN or chunks of 2 GiB, decoded by Arrow C++", "Compression.md, LZ4"),
        Refused("optional map keys with LZ4 of Hadoop", "LogicalTypes.md, MAP", "Arrow C++, which decodes that, reads required keys only; write the file again with another codec"),
        Refused("levels in BIT_PACKED", "Encodings.md, BIT_PACKED", "readers and writers disagree about the order of the bits; write the file again with RLE"),
        Refused("another encoding", "parquet.thrift, Encoding", "check what wrote the file"),

        .. Codecs("UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"),
        Refused("compression LZO", "Compression.md, LZO", "write the file again with another codec"),
        Refused("another compression", "parquet.thrift, CompressionCodec", "check what wrote the file"),

        Read("data page", "parquet.thrift, PageType"),
        Read("data page v2", "parquet.thrift, PageType"),
        Read("dictionary page", "parquet.thrift, PageType"),
        Harmless("index page", "parquet.thrift, PageType", "it has no content yet, and pages of other kinds are stepped over"),
        Read("page checksums", "README.md, Checksumming"),

        Read("statistics", "parquet.thrift, Statistics"),
        Read("column orders", "parquet.thrift, ColumnOrder"),
        Read("page index", "PageIndex.md"),
        Read("bloom filters", "BloomFilter.md"),
        Read("size statistics", "parquet.thrift, SizeStatistics"),
        Harmless("geospatial statistics", "Geospatial.md, Statistics", WithoutIt),
        Harmless("sorting columns", "parquet.thrift, SortingColumn", WithoutIt),

        Refused("column chunks in other files", "parquet.thrift, ColumnChunk.file_path", "read the files that hold the data instead"),
        Refused("encryption", "Encryption.md", "decrypt the file first"),
    ]);

    private static TableFeature Read(string name, string section) => new(name, FeatureState.Read, section);

    private static TableFeature Harmless(string name, string section, string why) => new(name, FeatureState.Harmless, section, why);

    private static TableFeature Refused(string name, string section, string why) => new(name, FeatureState.Refused, section, why);

    private static IEnumerable<TableFeature> Physical(params string[] names) => names.Select(name => Read($"type {name}", "parquet.thrift, Type"));

    private static IEnumerable<TableFeature> Logical(params string[] names) => names.Select(name => Read($"type {name}", $"LogicalTypes.md, {name}"));

    private static IEnumerable<TableFeature> Encodings(params string[] names) => names.Select(name => Read($"encoding {name}", $"Encodings.md, {name}"));

    private static IEnumerable<TableFeature> Codecs(params string[] names) => names.Select(name => Read($"compression {name}", $"Compression.md, {name}"));
}
