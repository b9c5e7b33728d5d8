using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using ParquetSharp;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>Encodings.md: each encoding of values for each type that it is allowed for, in both versions of data pages; and Compression.md.</summary>
public sealed class EncodingsTests
{
    private const int Rows = 300;

    private static readonly Dictionary<string, (IArrowType Type, Func<int, object> Value)> Types = new()
    {
        ["bool"] = (BooleanType.Default, i => i % 3 == 0),
        ["int32"] = (Int32Type.Default, i => (long)(i % 2 == 0 ? int.MinValue + i : int.MaxValue - i)),
        ["uint8"] = (UInt8Type.Default, i => (long)(i % 256)),
        ["int64"] = (Int64Type.Default, i => i % 2 == 0 ? long.MinValue + i : long.MaxValue - i),
        ["uint64"] = (UInt64Type.Default, i => ulong.MaxValue - (ulong)i),
        ["float"] = (FloatType.Default, i => i / 4.0),
        ["double"] = (DoubleType.Default, i => i / 3.0),
        ["half"] = (HalfFloatType.Default, i => i / 4.0),
        ["string"] = (StringType.Default, i => Text($"prefix {i / 10} and {i}")),
        ["binary"] = (BinaryType.Default, i => new byte[i % 20]),
        ["fixed"] = (new FixedSizeBinaryType(5), i => new byte[] { 1, 2, 3, (byte)(i / 256), (byte)i }),
        ["decimal"] = (new Decimal128Type(30, 4), i => BigInteger.Pow(10, 25) * (i - 150)),
    };

    public static TheoryData<Encoding, string, ParquetDataPageVersion> Encodings()
    {
        var data = new TheoryData<Encoding, string, ParquetDataPageVersion>();
        foreach (ParquetDataPageVersion version in new[] { ParquetDataPageVersion.V1, ParquetDataPageVersion.V2 })
        {
            Add(Encoding.Plain, [.. Types.Keys]);
            Add(Encoding.Rle, "bool");
            Add(Encoding.DeltaBinaryPacked, "int32", "uint8", "int64", "uint64");
            Add(Encoding.DeltaLengthByteArray, "string", "binary");
            Add(Encoding.DeltaByteArray, "string", "binary", "fixed", "decimal");
            Add(Encoding.ByteStreamSplit, "int32", "uint8", "int64", "uint64", "float", "double", "half", "fixed", "decimal");

            void Add(Encoding encoding, params string[] types)
            {
                foreach (string type in types)
                    data.Add(encoding, type, version);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task ReadAsync_EncodingOfEachType_GivesTheWrittenValues(Encoding encoding, string type, ParquetDataPageVersion version) =>
        await AssertReadAsync(type, builder => builder.DisableDictionary().Encoding("c", encoding).DataPageVersion(version));

    [Theory]
    [InlineData("int32")]
    [InlineData("double")]
    [InlineData("string")]
    [InlineData("fixed")]
    public async Task ReadAsync_DictionaryGivenUpInTheMiddleOfAChunk_GivesTheWrittenValues(string type) =>
        await AssertReadAsync(type, builder => builder.DictionaryPagesizeLimit(200).WriteBatchSize(16).DataPagesize(64));

    [Theory]
    [InlineData(Compression.Snappy)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Brotli)]
    [InlineData(Compression.Zstd)]
    [InlineData(Compression.Lz4)]
    [InlineData(Compression.Lz4Hadoop)]
    public async Task ReadAsync_EachCodec_GivesTheWrittenValues(Compression codec)
    {
        await AssertReadAsync("string", builder => builder.Compression(codec).DataPageVersion(ParquetDataPageVersion.V1));
        await AssertReadAsync("int64", builder => builder.Compression(codec).DataPageVersion(ParquetDataPageVersion.V2).DisableDictionary());
    }

    private static async Task AssertReadAsync(string name, Action<WriterPropertiesBuilder> configure)
    {
        (IArrowType type, Func<int, object> value) = Types[name];
        var schema = new Schema([Field("c", type)], null);
        IArrowArray array = ArrayOf(type, [.. Enumerable.Range(0, Rows).Select(i => i % 7 == 3 ? null : value(i))]);
        using ParquetTestFile file = new ParquetTestFile().Write(schema, configure, [array]);

        Assert.Equal(Lines(new RecordBatch(schema, [array], Rows)), await file.ReadAsync(schema));
    }
}
