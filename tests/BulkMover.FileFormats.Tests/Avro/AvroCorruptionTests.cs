using System.Diagnostics;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using Avro.File;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.FileFormats.Avro;
using Xunit;
using static BulkMover.FileFormats.Tests.Avro.AvroTestFile;
using ArrowField = Apache.Arrow.Field;

namespace BulkMover.FileFormats.Tests.Avro;

/// <summary>Broken and hostile data files: each is an error with a name, in bounded time and memory.</summary>
public sealed class AvroCorruptionTests
{
    private static readonly ArrowField Longs = Field("v", 1, Int64Type.Default);
    private static readonly ArrowField Texts = Field("v", 1, StringType.Default);
    private static readonly ArrowField List = Field("v", 1, new ListType(Field("element", 2, Int64Type.Default)));

    private const string Array = """{"type":"array","items":"long","element-id":2}""";

    [Fact]
    public async Task Read_BytesFollowTheLastRecord_ThrowsCorruptTable() => await ThrowsAsync("avro.block_invalid", Longs, "\"long\"", 1, [2, 4]);

    [Fact]
    public async Task Read_BlockOfNoRecordsHasBytes_ThrowsCorruptTable() => await ThrowsAsync("avro.block_invalid", Longs, "\"long\"", 0, [2]);

    [Fact]
    public async Task Read_RecordEndsBeforeItsBlock_ThrowsCorruptTable() => await ThrowsAsync("avro.block_invalid", Longs, "\"double\"", 2, [1, 2, 3, 4, 5, 6, 7, 8, 9], DoubleType.Default);

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public async Task Read_LengthIsNegativeOrTooLarge_ThrowsCorruptTable(long length) =>
        await ThrowsAsync("avro.block_invalid", Texts, "\"string\"", 1, [.. AvroFiles.Long(length), 65, 66]);

    [Theory]
    [InlineData(2)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public async Task Read_ArrayClaimsMoreItemsThanBytes_ThrowsCorruptTable(long count) =>
        await ThrowsAsync("avro.block_invalid", List, Array, 1, [.. AvroFiles.Long(count), 2]);

    public static TheoryData<string, byte[]> TooManyItemsWithoutBytes
    {
        get
        {
            const string nulls = """{"type":"array","items":"null","element-id":2}""";
            byte[] half = AvroFiles.Long(AvroDecoder.MaxEmptyItems / 2), third = [.. half, 0];
            return new()
            {
                { nulls, [.. AvroFiles.Long(AvroDecoder.MaxEmptyItems + 1), 0] },
                { nulls, [.. AvroFiles.Long(1L << 60), 0] },
                { nulls, [.. AvroFiles.Long(long.MinValue), 0, 0] },
                { nulls, [.. half, .. half, 2, 0] },
                { """{"type":"array","items":{"type":"record","name":"nothing","fields":[{"name":"n","type":"null","field-id":8}]},"element-id":2}""", [.. AvroFiles.Long(1L << 60), 0] },
                { $$"""{"type":"array","items":{{nulls}},"element-id":3}""", [6, .. third, .. third, .. third, 0] },
            };
        }
    }

    /// <summary>Valid by the Avro specification, where such items are written as zero bytes, but without a bound of its own.</summary>
    [Theory]
    [MemberData(nameof(TooManyItemsWithoutBytes))]
    public async Task Read_RowOfTooManyItemsWithoutBytes_IsRefusedByName(string type, byte[] row)
    {
        using var file = new AvroTestFile(AvroFiles.ByHand(Record(type), "null", (1, row)));
        long start = Stopwatch.GetTimestamp();

        UnsupportedFeatureException error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => file.ReadAsync(Field("v", 1, ArrowTypesOf(type))));

        Assert.Equal("file.row_too_large", error.Code);
        Assert.Contains("file.avro", error.Message, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 5);

        static ListType ArrowTypesOf(string type) => type.Contains("\"element-id\":3", StringComparison.Ordinal)
            ? new ListType(Field("element", 3, new ListType(Field("element", 2, NullType.Default))))
            : new ListType(Field("element", 2, type.Contains("record", StringComparison.Ordinal) ? new StructType([Field("new", 9, Int64Type.Default)]) : NullType.Default));
    }

    /// <summary>Each row is within its bound and all are 27 GB of offsets: batches end by the number of such items as well.</summary>
    [Fact]
    public async Task Read_ManyRowsOfItemsWithoutBytes_BecomeSmallBatches()
    {
        byte[] row = [.. AvroFiles.Long(AvroDecoder.MaxEmptyItems), 0];
        using AvroTestFile file = Of(Record("""{"type":"array","items":"null","element-id":2}"""), [.. Enumerable.Repeat(row, 6_500)]);
        await using IAsyncEnumerator<IRowGroupScan> scans = file.ScansAsync(
            [Field("v", 1, new ListType(Field("element", 2, StringType.Default)))]).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await scans.MoveNextAsync());
        using IRowGroupScan scan = scans.Current;
        await scan.FetchAsync(TestContext.Current.CancellationToken);

        using RecordBatch? batch = scan.ReadNext(TestContext.Current.CancellationToken);

        Assert.InRange(batch!.Length, 1, 16);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8 * 1024 * 1024)]
    public async Task Read_BlockWithoutBytesClaimsTooManyRecords_ThrowsCorruptTable(int smallBytes)
    {
        foreach (long records in (long[])[-1, (1 << 28) + 1, 1L << 60, long.MaxValue])
        {
            using var file = new AvroTestFile(AvroFiles.ByHand(Record("\"null\""), "null", (records, []))) { Options = new() { SmallBytes = smallBytes } };

            await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync(Field("v", 1, NullType.Default)));
        }
    }

    [Fact]
    public async Task Read_RecordsWithoutBytesHaveSome_ThrowsCorruptTable() =>
        await ThrowsAsync("avro.block_invalid", Longs, "\"null\"", 3, [0]);

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public async Task Read_UnionBranchDoesNotExist_ThrowsCorruptTable(long branch) =>
        await ThrowsAsync("avro.block_invalid", Longs, """["null","long"]""", 1, [.. AvroFiles.Long(branch), 0]);

    [Fact]
    public async Task Read_BooleanIsNeitherZeroNorOne_ThrowsCorruptTable() =>
        await ThrowsAsync("avro.block_invalid", Longs, "\"boolean\"", 1, [2], BooleanType.Default);

    [Fact]
    public async Task Read_IntBeyondThirtyTwoBits_ThrowsCorruptTable() =>
        await ThrowsAsync("avro.block_invalid", Longs, "\"int\"", 1, AvroFiles.Long(1L << 31), Int32Type.Default);

    [Fact]
    public async Task Read_NumberBeyondSixtyFourBits_ThrowsCorruptTable() =>
        await ThrowsAsync("avro.block_invalid", Longs, "\"long\"", 1, Convert.FromHexString("ffffffffffffffffff02"));

    [Fact]
    public async Task Read_SymbolDoesNotExist_ThrowsCorruptTable() =>
        await ThrowsAsync("avro.block_invalid", Texts, """{"type":"enum","name":"e","symbols":["A"]}""", 1, [2]);

    [Theory]
    [InlineData("03e8")]
    [InlineData("fc18")]
    [InlineData("7fffffffffffffffffffffffffffffffff")]
    [InlineData("ff7fffffffffffffffffffffffffffffff")]
    [InlineData("")]
    public async Task Read_DecimalHasMoreDigitsThanItSays_ThrowsCorruptTable(string hex) => await ThrowsAsync("avro.block_invalid", Longs,
        """{"type":"bytes","logicalType":"decimal","precision":3,"scale":0}""", 1, AvroFiles.Bytes(Convert.FromHexString(hex)), new Decimal128Type(3, 0));

    [Theory]
    [InlineData(0)]
    [InlineData(8 * 1024 * 1024)]
    public async Task Read_MarkerIsWrong_ThrowsCorruptTable(int smallBytes)
    {
        byte[] bytes = AvroFiles.ByHand(Record("\"long\""), "null", (1, [2]), (1, [2]));
        bytes[^20] ^= 1;
        using var file = new AvroTestFile(bytes) { Options = new() { SmallBytes = smallBytes } };

        Assert.Equal("avro.file_invalid", (await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync(Longs))).Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8 * 1024 * 1024)]
    public async Task Read_BlockClaimsMoreRecordsThanBytes_ThrowsCorruptTable(int smallBytes)
    {
        foreach (long records in (long[])[-1, 2, 1 << 28, long.MaxValue])
        {
            // No column is read, so that only the count would tell of rows.
            using var file = new AvroTestFile(AvroFiles.ByHand(Record("\"long\""), "null", (records, [2]))) { Options = new() { SmallBytes = smallBytes } };

            await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync(Field("new", 9, Int64Type.Default)));
        }
    }

    [Fact]
    public async Task Read_RowOfManyWideNulls_IsRefusedBeforeMemoryRunsOut()
    {
        string item = """["null",{"type":"fixed","name":"x","size":1000000}]""";
        using var file = new AvroTestFile(AvroFiles.ByHand(
            Record($$"""{"type":"array","items":{{item}},"element-id":2}"""), "null", (1, [.. AvroFiles.Long(100_000), .. new byte[100_000], 0])))
        {
            Options = new() { MaxRowBytes = 64 * 1024 * 1024 },
        };

        UnsupportedFeatureException error = await Assert.ThrowsAsync<UnsupportedFeatureException>(
            () => file.ReadAsync(Field("v", 1, new ListType(Field("element", 2, new FixedSizeBinaryType(1_000_000))))));

        Assert.Equal("file.row_too_large", error.Code);
    }

    [Fact]
    public async Task Open_RecordContainsItself_IsRefusedByName() =>
        await RefusedAsync("avro.schema_recursive", Record("""["null","row"]"""));

    [Fact]
    public async Task Open_TypesNestDeeperThanTheJson_IsRefusedByName()
    {
        var types = new StringBuilder("""{"type":"record","name":"l0","fields":[{"name":"x","type":"long"}]}""");
        string[] levels = [types.ToString(), .. Enumerable.Range(1, 20_000).Select(i => $$"""{"type":"record","name":"l{{i}}","fields":[{"name":"x","type":"l{{i - 1}}"}]}""")];

        await RefusedAsync("avro.schema_too_deep", Record(levels));
    }

    [Fact]
    public async Task Open_SchemaThatGrowsExponentially_IsRefusedByName()
    {
        string[] levels =
        [
            """{"type":"record","name":"l0","fields":[{"name":"x","type":"long"}]}""",
            .. Enumerable.Range(1, 60).Select(i => $$"""{"type":"record","name":"l{{i}}","fields":[{"name":"x","type":"l{{i - 1}}"},{"name":"y","type":"l{{i - 1}}"}]}"""),
        ];

        await RefusedAsync("avro.schema_too_large", Record(levels));
    }

    [Fact]
    public async Task Open_ValuesThatAreNoRecords_ThrowsCorruptTable()
    {
        using AvroTestFile file = Of("\"long\"", [2]);

        Assert.Equal("avro.schema_invalid", (await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync(Longs))).Code);
    }

    [Theory]
    [InlineData(Codec.Type.Null, 0)]
    [InlineData(Codec.Type.Null, 8 * 1024 * 1024)]
    [InlineData(Codec.Type.Deflate, 0)]
    public async Task Read_MutatedFile_GivesRowsOrANamedError(Codec.Type codec, int smallBytes)
    {
        byte[] whole = AvroApacheTests.Write(codec, rows: 40);
        await ReadMutationsAsync(whole, rounds: 1000, smallBytes, AvroApacheTests.Table);
    }

    [Theory]
    [InlineData("snappy")]
    [InlineData("zstandard")]
    public async Task Read_MutatedFileOfAnotherCodec_GivesRowsOrANamedError(string codec)
    {
        byte[] block = [.. Enumerable.Range(0, 300).SelectMany(i => (byte[])[.. AvroFiles.Long(2), .. AvroFiles.Long(i), .. AvroFiles.Long(-i), 0])];
        byte[] whole = AvroFiles.ByHand(Record("""{"type":"array","items":"long","element-id":2}"""), codec, (300, AvroFiles.Compress(codec, block)));

        await ReadMutationsAsync(whole, rounds: 500, smallBytes: 0, List);
    }

    private static async Task ReadMutationsAsync(byte[] whole, int rounds, int smallBytes, params ArrowField[] table)
    {
        var random = new Random(rounds + smallBytes);
        int rows = 0;
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < rounds; round++)
        {
            using var file = new AvroTestFile(round == 0 ? whole : Mutate(whole, random)) { Options = new() { SmallBytes = smallBytes, RunBytes = 2000, MaxRowBytes = 64 * 1024 * 1024 } };
            try
            {
                rows += (await file.ReadAsync(table)).Length;
            }
            catch (BulkMoverException error)
            {
                Assert.Contains("file.avro", error.Message, StringComparison.Ordinal);
            }
        }

        // The first round changes nothing, and some of the others only a value.
        Assert.True(rows > 0);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 300);
    }

    /// <summary>Changes, inserts or removes some bytes, or cuts the end.</summary>
    private static byte[] Mutate(byte[] whole, Random random)
    {
        List<byte> bytes = [.. whole];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            // The header is as often hit as all of the blocks.
            int place = random.Next(2) == 0 ? random.Next(Math.Min(bytes.Count, 2000)) : random.Next(bytes.Count);
            switch (random.Next(8))
            {
                case 0: bytes.RemoveAt(place); break;
                case 1: bytes.Insert(place, (byte)random.Next(256)); break;
                case 2: bytes[place] ^= (byte)(1 << random.Next(8)); break;
                case 3: bytes[place] = 0xFF; break;
                case 4 when random.Next(4) == 0: bytes.RemoveRange(place, bytes.Count - place); break;
                default: bytes[place] = (byte)random.Next(256); break;
            }
        }

        return [.. bytes];
    }

    private static async Task ThrowsAsync(string code, ArrowField field, string type, long records, byte[] block, IArrowType? wanted = null)
    {
        using var file = new AvroTestFile(AvroFiles.ByHand(Record(type), "null", (records, block)));
        ArrowField column = wanted is null ? field : Field(field.Name, 1, wanted);

        CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync(column));

        Assert.Equal(code, error.Code);
        Assert.Contains("file.avro", error.Message, StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(string code, string schema)
    {
        using AvroTestFile file = Of(schema, [0]);

        Assert.Equal(code, (await Assert.ThrowsAsync<UnsupportedFeatureException>(() => file.ReadAsync(Longs))).Code);
    }
}
