using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Scans;
using BulkMover.FileFormats.Parquet;
using ParquetSharp;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>
/// Rows whose sizes averages and headers hide: decoding takes no more memory than it says before (invariant 7). Alone in the process, since the
/// native reader's memory is counted for all of it.
/// </summary>
[Collection(nameof(SkewedRowsTests))]
public sealed class SkewedRowsTests
{
    private const string StringTypeName = "string", BinaryTypeName = "binary";

    private const int Million = 1_000_000;

    private static readonly ParquetReadOptions InRanges = new() { SmallBytes = 0, BatchBytes = 500_000 };

    private static readonly byte[] Huge = [.. Enumerable.Range(0, 300_000).Select(i => (byte)('a' + (i * 7919 >> 8) % 26))];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StringTypeName)]
    [InlineData(BinaryTypeName)]
    public async Task ReadNext_HugeEntryOfADictionary_IsCutByTheBytesOfItsText(string typeName)
    {
        IArrowType type = typeName == StringTypeName ? StringType.Default : BinaryType.Default;
        byte[][] entries = [Huge, .. Enumerable.Range(0, 1000).Select(i => Text($"entry {i}"))];
        // Many huge ones in a row, later one here and there; a column beside it has to stay in step.
        int?[] rows = [.. Enumerable.Range(0, 100_000).Select(i => i % 11 == 10 ? null : (int?)(i < 40 || i % 5_000 == 7 ? 0 : 1 + i % 1000))];
        using ParquetTestFile file = Written(
            [Column("s", new DictionaryType(Int32Type.Default, type, false), DictionaryOf(type, entries, rows)), Column("n", Int64Type.Default, Numbers(rows.Length))],
            builder => builder.DictionaryPagesizeLimit(100 * Million));

        List<int> lengths = await ReadAsync(file, i => rows[i] is { } entry ? entries[entry] : null);

        Assert.Equal(rows.Length, lengths.Sum());
        // Those that are small are not cut up: the first 40 make about as many batches, 20 others at most two each.
        Assert.InRange(lengths.Count, 40, 120);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadNext_HugeEntryBeforeTheWriterGaveUpItsDictionary_StaysWithinTheLease(bool inStruct)
    {
        byte[][] rows = [.. Enumerable.Range(0, 20_000).Select(i => i < 200 && i % 2 == 0 ? Huge : Text($"value {i}"))];
        IArrowArray texts = ArrayOf(StringType.Default, [.. rows]);
        var structure = new StructType([Field("t", StringType.Default)]);
        using ParquetTestFile file = Written(
            [inStruct ? Column("s", structure, new StructArray(structure, rows.Length, [texts], ArrowBuffer.Empty)) : Column("s", StringType.Default, texts)],
            builder => builder.DictionaryPagesizeLimit(inStruct ? 100 * Million : 400_000).WriteBatchSize(64));

        Assert.Equal(rows.Length, (await ReadAsync(file, i => rows[i])).Sum());
    }

    [Fact]
    public async Task ReadNext_LongPrefixAndNothingBehindIt_StaysWithinTheLease()
    {
        byte[][] rows = [.. Enumerable.Range(0, 20_000).Select(i => i is > 100 and < 300 ? Huge : Text($"value {i}"))];
        using ParquetTestFile file = Written(
            [Column("s", StringType.Default, ArrayOf(StringType.Default, [.. rows]))],
            builder => builder.DisableDictionary().Encoding("s", Encoding.DeltaByteArray).WriteBatchSize(64));
        Assert.InRange(new FileInfo(file.Path).Length, 1, 2 * Million);

        Assert.Equal(rows.Length, (await ReadAsync(file, i => rows[i])).Sum());
    }

    [Fact]
    public async Task ReadNext_LongTextsInAFewPages_StaysWithinTheLease()
    {
        byte[][] rows = [.. Enumerable.Range(0, 60_000).Select(i => i is > 1000 and < 11_000 ? Huge[..2000] : [])];
        using ParquetTestFile file = Written(
            [Column("s", StringType.Default, ArrayOf(StringType.Default, [.. rows]))], builder => builder.DisableDictionary().WriteBatchSize(64));

        Assert.Equal(rows.Length, (await ReadAsync(file, i => rows[i])).Sum());
    }

    [Theory]
    [InlineData(40, 20_000)]
    [InlineData(1, 3 * Million)]
    public async Task ReadNext_LongListsAmongShortOnes_StaysWithinTheLease(int longLists, int elements)
    {
        const int rows = 60_000;
        var builder = new ListArray.Builder(Int64Type.Default);
        for (int i = 0; i < rows; i++)
        {
            builder.Append();
            for (int j = 0; j < (i < longLists ? elements : i % 2); j++)
                ((Int64Array.Builder)builder.ValueBuilder).Append(7);
        }

        ListArray lists = builder.Build();
        using ParquetTestFile file = Written([Column("s", lists.Data.DataType, lists)], properties => properties.Compression(Compression.Snappy));
        Assert.InRange(new FileInfo(file.Path).Length, 1, Million);

        Assert.Equal(rows, (await ReadAsync(file, null, (array, row, i) => ((ListArray)array).GetValueLength(row) == (i < longLists ? elements : i % 2))).Sum());
    }

    private static (Field Field, IArrowArray Array) Column(string name, IArrowType type, IArrowArray array) => (Field(name, type), array);

    private static IArrowArray Numbers(int count) => ArrayOf(Int64Type.Default, [.. Enumerable.Range(0, count).Select(i => (object)(long)i)]);

    private static DictionaryArray DictionaryOf(IArrowType type, byte[][] entries, int?[] rows)
    {
        var numbers = new Int32Array.Builder();
        foreach (int? row in rows)
            numbers.Append(row);
        return new DictionaryArray(new DictionaryType(Int32Type.Default, type, false), numbers.Build(), ArrayOf(type, [.. entries]));
    }

    private static ParquetTestFile Written((Field Field, IArrowArray Array)[] columns, Action<WriterPropertiesBuilder> configure) =>
        new ParquetTestFile { Options = InRanges }.Write(new Schema([.. columns.Select(column => column.Field)], null), configure, [[.. columns.Select(column => column.Array)]]);

    /// <summary>Lengths of the batches; checks every row and the memory.</summary>
    private static async Task<List<int>> ReadAsync(ParquetTestFile file, Func<int, byte[]?>? expected, Func<IArrowArray, int, int, bool>? isRight = null)
    {
        isRight ??= (array, row, i) => expected!(i) is { } text
            ? array.IsValid(row) && (array as StructArray)?.Fields[0] is var member && ((BinaryArray)(member ?? array)).GetBytes(row).SequenceEqual(text)
            : array.IsNull(row);
        var lengths = new List<int>();
        int first = 0;
        await foreach (IRowGroupScan scan in file.ScansAsync())
        {
            using (scan)
            {
                await scan.FetchAsync(Cancellation);
                long leased = scan.DecodeBytes;
                using (var memory = new PeakMemory(file, "measuring", leased))
                    scan.Measure(Cancellation);
                using (var memory = new PeakMemory(file, "decoding", scan.DecodeBytes))
                {
                    while (scan.ReadNext(Cancellation) is { } batch)
                    {
                        using (batch)
                        {
                            for (int row = 0; row < batch.Length; row++)
                                Assert.True(isRight(batch.Column(0), row, first + row), $"row {first + row}");
                            if (batch.ColumnCount > 1)
                                Assert.Equal(Enumerable.Range(first, batch.Length).Select(i => (long?)i), ((Int64Array)batch.Column(1)).ToArray());
                            lengths.Add(batch.Length);
                            first += batch.Length;
                        }
                    }
                }
            }
        }

        return lengths;
    }

    /// <summary>Looks again and again at what is allocated, by the native reader and by ours; disposing compares the most with what was leased.</summary>
    private sealed class PeakMemory : IDisposable
    {
        private readonly MemoryPool pool = MemoryPool.GetDefaultMemoryPool();
        private readonly string what;
        private readonly long leased;
        private readonly Thread watch;
        private readonly ManualResetEventSlim started = new();
        private long peak;
        private volatile bool stopped;

        public PeakMemory(ParquetTestFile file, string what, long leased)
        {
            (this.what, this.leased) = (what, leased);
            long before = pool.BytesAllocated + file.LiveBytes;
            watch = new Thread(() =>
            {
                for (; !stopped; Thread.Yield())
                {
                    peak = Math.Max(peak, pool.BytesAllocated + file.LiveBytes - before);
                    started.Set();
                }
            });
            watch.Start();
            started.Wait(Cancellation);
        }

        public void Dispose()
        {
            stopped = true;
            watch.Join();
            started.Dispose();
            Assert.True(peak <= leased, $"{what} took {peak:N0} bytes, {leased:N0} were leased");
        }
    }
}

[CollectionDefinition(nameof(SkewedRowsTests), DisableParallelization = true)]
public sealed class SkewedRowsCollection;
