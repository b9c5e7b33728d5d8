using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet.Thrift;
using BulkMover.ObjectStores.Local;
using BulkMover.Testing.Deletes;
using ParquetSharp;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>PageIndex.md: pages that no wanted row touches are left out, and never a wanted row with them.</summary>
public sealed class PageIndexTests
{
    private static readonly Schema Table = new([Field("id", Int64Type.Default), Field("s", StringType.Default), Field("d", DoubleType.Default, nullable: false)], null);

    public static TheoryData<bool, ParquetDataPageVersion, bool> Layouts() => new()
    {
        { true, ParquetDataPageVersion.V1, true },
        { true, ParquetDataPageVersion.V2, false },
        { false, ParquetDataPageVersion.V1, false },
        { false, ParquetDataPageVersion.V2, true },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task ReadAsync_SortedColumn_GivesOnlyThePagesOfWantedRows(bool whole, ParquetDataPageVersion version, bool dictionary)
    {
        using ParquetTestFile file = Write(whole, builder =>
        {
            builder.DataPageVersion(version);
            if (!dictionary)
                builder.DisableDictionary();
        });

        Assert.Equal(Lines(400, 500), await file.ReadAsync(Table, where: Id(ComparisonOperator.Equal, 450)));
        Assert.Equal(Lines(0, 200).Concat(Lines(900, 1000)), await file.ReadAsync(Table, where: new Filter.Or(Id(ComparisonOperator.Less, 150), Id(ComparisonOperator.Greater, 990))));
        Assert.Equal(Lines(0, 1000), await file.ReadAsync(Table, where: new Filter.Not(Id(ComparisonOperator.Equal, 5))));
    }

    [Fact]
    public async Task ReadAsync_PagesRuleAllRowsOut_GivesNothing()
    {
        using ParquetTestFile file = Write(whole: true, _ => { }, i => i * 10);

        Assert.Empty(await file.ReadAsync(Table, where: new Filter.And(Id(ComparisonOperator.Greater, 990), Id(ComparisonOperator.Less, 1000))));
    }

    [Fact]
    public async Task ReadAsync_LargerFile_FetchesOnlyTheDictionaryAndTheKeptPages()
    {
        var store = new RecordingStore(new LocalObjectStore());
        using ParquetTestFile file = Write(whole: false, builder => builder.DisableDictionary("id").DisableDictionary("d"), store: store);

        Assert.Equal(Lines(700, 800), await file.ReadAsync(Table, where: Id(ComparisonOperator.Equal, 750)));

        long before = store.Reads.Sum(read => (long)read.Length);
        await file.ReadAsync(Table);
        long all = store.Reads.Sum(read => (long)read.Length) - before - new FileInfo(file.Path).Length;
        Assert.InRange(before - new FileInfo(file.Path).Length, 1, all / 2);
    }

    [Fact]
    public async Task ReadAsync_FilterAndDeletedRows_LeavesBothOut()
    {
        using ParquetTestFile file = Write(whole: true, _ => { });
        file.Deletes = new Positions(3, 410, 411, 499, 500);

        Assert.Equal((string[])[.. Lines(400, 410), .. Lines(412, 499)], await file.ReadAsync(Table, where: Id(ComparisonOperator.Equal, 450)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_PagesOfDeletedRows_AreNeitherFetchedNorDecoded(bool whole)
    {
        var store = new RecordingStore(new LocalObjectStore());
        using ParquetTestFile file = new ParquetTestFile { Store = store, Options = new() { SmallBytes = whole ? int.MaxValue : 0, MaxGapBytes = 0 } }.Write(
            Table, builder => Pages(builder.DisableDictionary("id").DisableDictionary("d")), Columns(10_000));
        file.Deletes = new Positions([.. Enumerable.Range(1950, 6100).Select(row => (long)row), 9999]);

        List<IRowGroupScan> scans = await file.ScansAsync(Table).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(4000, Assert.Single(scans).Rows);
        scans[0].Dispose();
        long before = store.Reads.Sum(read => (long)read.Length);
        Assert.Equal((string[])[.. Lines(0, 1950), .. Lines(8050, 9999)], await file.ReadAsync(Table));
        long some = store.Reads.Sum(read => (long)read.Length) - before;
        file.Deletes = null;
        await file.ReadAsync(Table);
        long all = store.Reads.Sum(read => (long)read.Length) - before - some;
        Assert.InRange(all - some, whole ? 0 : 90_000, whole ? 0 : all);
    }

    [Fact]
    public async Task ReadAsync_AllRowsOfARowGroupAreDeleted_OpensTheOthersOnly()
    {
        using ParquetTestFile file = new ParquetTestFile { Options = new() { SmallBytes = 0 } }.Write(Table, Columns(100), Columns(70_000), Columns(100));
        file.Deletes = new Positions([7, .. Enumerable.Range(100, 70_000).Select(row => (long)row), 70_199]);

        List<IRowGroupScan> scans = await file.ScansAsync(Table).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal([100, 100], scans.Select(scan => scan.Rows));
        scans.ForEach(scan => scan.Dispose());
        Assert.Equal((string[])[.. Lines(0, 7), .. Lines(8, 100), .. Lines(0, 99)], await file.ReadAsync(Table));
    }

    [Fact]
    public async Task ReadAsync_DeletedByPositionAndByValue_MarksTheRowsThatStay()
    {
        using ParquetTestFile file = new ParquetTestFile().Write(Table, Pages, Columns(6_000));
        file.Deletes = new PositionsAndId([.. Enumerable.Range(900, 2200).Select(row => (long)row), 3105], 3107);

        Assert.Equal((string[])[.. Lines(0, 900), .. Lines(3100, 3105), .. Lines(3106, 3107), .. Lines(3108, 6000)], await file.ReadAsync(Table));
    }

    [Fact]
    public async Task ReadAsync_RowIdsOfAFileWithDeletedPages_AreThoseOfTheirPlaces()
    {
        var table = new Schema([Field("id", Int64Type.Default), Field("row", Int64Type.Default).WithRowMetadata(RowMetadata.RowId)], null);
        using ParquetTestFile file = new ParquetTestFile { FirstRowId = 100_000 }.Write(Table, Pages, Columns(6_000));
        file.Deletes = new Positions([.. Enumerable.Range(10, 5_980).Select(row => (long)row)]);

        Assert.Equal(
            (string[])[.. Enumerable.Range(0, 10).Concat(Enumerable.Range(5_990, 10)).Select(row => $$"""{"id":{{row}},"row":{{100_000 + row}}}""")],
            await file.ReadAsync(table));
    }

    [Fact]
    public async Task ReadAsync_WantedList_KeepsAllPages()
    {
        var schema = new Schema([Field("id", Int64Type.Default), Field("l", new ListType(Int32Type.Default))], null);
        var lists = new ListArray.Builder(Int32Type.Default);
        for (int i = 0; i < 1000; i++)
        {
            lists.Append();
            ((Int32Array.Builder)lists.ValueBuilder).Append(i);
        }

        using ParquetTestFile file = new ParquetTestFile().Write(schema, Pages, [Longs(1000, i => i), lists.Build()]);

        Assert.Equal(1000, (await file.ReadAsync(schema, where: Id(ComparisonOperator.Equal, 450))).Length);
        Assert.Equal(100, (await file.ReadAsync(new Schema([schema.FieldsList[0]], null), where: Id(ComparisonOperator.Equal, 450))).Length);
    }

    [Fact]
    public async Task ReadAsync_WithoutColumnOrders_KeepsAllPages()
    {
        using ParquetTestFile file = Write(whole: true, _ => { });
        RewrittenFile.Change(file, rewritten => rewritten.Footer.Remove(7));

        Assert.Equal(1000, (await file.ReadAsync(Table, where: Id(ComparisonOperator.Equal, 450))).Length);
    }

    [Fact]
    public async Task ReadAsync_PageOfNulls_IsLeftOutButForIsNull()
    {
        var schema = new Schema([Field("id", Int64Type.Default)], null);
        using ParquetTestFile file = new ParquetTestFile()
            .Write(schema, Pages, [ArrayOf(Int64Type.Default, [.. Enumerable.Range(0, 300).Select(i => i is >= 100 and < 200 ? null : (object)(long)(i % 100))])]);

        Assert.Equal(200, (await file.ReadAsync(schema, where: Id(ComparisonOperator.GreaterOrEqual, 0))).Length);
        Assert.Equal(100, (await file.ReadAsync(schema, where: new Filter.IsNull("id"))).Length);
    }

    [Fact]
    public async Task ReadAsync_IndexWithoutNullCounts_DoesNotTakeThemForZero()
    {
        using ParquetTestFile file = Write(whole: true, _ => { });
        RewrittenFile.Change(file, rewritten =>
        {
            rewritten.Chunk(0, 0).Struct(3).Remove(12);
            ChangeIndex(rewritten, 0, isOffsets: false, index => index.Remove(5));
        });

        Assert.Equal(1000, (await file.ReadAsync(Table, where: new Filter.IsNull("id"))).Length);
        Assert.Equal(Lines(400, 500), await file.ReadAsync(Table, where: Id(ComparisonOperator.Equal, 450)));
    }

    /// <summary>Its rows are added to those of the last page, so that their sum is right.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(9)]
    public async Task ReadAsync_IndexDoesNotTellAPage_LosesNoRow(int page)
    {
        using ParquetTestFile file = Write(whole: true, _ => { });
        RewrittenFile.Change(file, rewritten =>
        {
            for (int column = 0; column < 3; column++)
            {
                ChangeIndex(rewritten, column, isOffsets: true, index =>
                {
                    index.List(1).RemoveAt(page);
                    for (int i = page; i < 9; i++)
                        index.Struct(1, i).Set(3, i * 100);
                });
                ChangeIndex(rewritten, column, isOffsets: false, index =>
                {
                    foreach (int list in new[] { 1, 2, 3, 5 })
                        index.List(list).RemoveAt(page);
                });
            }
        });

        string[] rows = [];
        Exception? error = await Record.ExceptionAsync(async () => rows = await file.ReadAsync(Table, where: Id(ComparisonOperator.Equal, (page * 100) + 50)));

        Assert.True(error is CorruptTableException || rows.Contains(Lines((page * 100) + 50, (page * 100) + 51)[0]), string.Join(' ', rows));
    }

    [Fact]
    public async Task ReadAsync_PageOfNullsThatHasBounds_IsKept()
    {
        using ParquetTestFile file = Write(whole: true, _ => { });
        RewrittenFile.Change(file, rewritten => ChangeIndex(rewritten, 0, isOffsets: false, index =>
        {
            index.List(1)[4] = true;
            index.Remove(5);
        }));

        Assert.Equal(Lines(400, 500), await file.ReadAsync(Table, where: Id(ComparisonOperator.Equal, 450)));
    }

    private static readonly Dictionary<string, (bool IsOffsets, Action<ThriftTree> Change)> Doubts = new()
    {
        ["page too few"] = (true, index => index.List(1).RemoveAt(3)),
        ["first row not 0"] = (true, index => index.Struct(1, 0).Set(3, 1)),
        ["rows not ascending"] = (true, index => index.Struct(1, 5).Set(3, 400)),
        ["rows beyond the row group"] = (true, index => index.Struct(1, 9).Set(3, 5000)),
        ["page outside the chunk"] = (true, index => index.Struct(1, 9).Set(1, 1 << 30)),
        ["page in another one"] = (true, index => index.Struct(1, 5).Set(1, index.Struct(1, 4).Integer(1) + 1)),
        ["page shorter"] = (true, index => index.Struct(1, 4).Set(2, index.Struct(1, 4).Integer(2) - 1, CompactType.Int32)),
        ["page of no bytes"] = (true, index => index.Struct(1, 5).Set(2, 0, CompactType.Int32)),
        ["no pages"] = (true, index => index.List(1).Clear()),
        ["bounds too few"] = (false, index => index.List(2).RemoveAt(0)),
        ["null counts too many"] = (false, index => index.List(5).Add(0L)),
        ["bounds of another width"] = (false, index => index.List(2)[4] = new byte[3]),
        ["bounds in wrong order"] = (false, index => index.List(2)[4] = BitConverter.GetBytes(long.MaxValue)),
    };

    public static TheoryData<string> Doubtful => new(Doubts.Keys);

    [Theory]
    [MemberData(nameof(Doubtful))]
    public async Task ReadAsync_IndexThatCannotBe_LosesNoRow(string what)
    {
        (bool isOffsets, Action<ThriftTree> change) = Doubts[what];
        using ParquetTestFile file = Write(whole: true, _ => { });
        RewrittenFile.Change(file, rewritten => ChangeIndex(rewritten, 0, isOffsets, change));

        string[] rows = await file.ReadAsync(Table, where: Id(ComparisonOperator.Equal, 450));

        Assert.True(Lines(400, 500).All(rows.Contains));
    }

    private static readonly Dictionary<string, Action<ThriftTree>> LiesByName = new()
    {
        ["border moved"] = index => index.Struct(1, 5).Set(3, 490),
    };

    public static TheoryData<string> Lies => new(LiesByName.Keys);

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task ReadAsync_IndexContradictsThePages_IsAnErrorAndGivesNoOtherRows(string what)
    {
        using ParquetTestFile file = Write(whole: true, _ => { });
        RewrittenFile.Change(file, rewritten =>
        {
            for (int column = 0; column < 3; column++)
                ChangeIndex(rewritten, column, isOffsets: true, LiesByName[what]);
        });

        var error = await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync(Table, where: Id(ComparisonOperator.Equal, 450)));

        Assert.Equal("parquet.page_corrupt", error.Code);
    }

    /// <summary>Pages of different columns that begin at different rows, nulls, NaN, both zeros, and any filter: what stays is what the filter keeps.</summary>
    [Fact]
    public async Task ReadAsync_RandomPagesAndFilters_LosesNoRow()
    {
        int saved = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            int rows = random.Next(1, 800);
            object?[] ids = [.. Enumerable.Range(0, rows).Select(i => random.Next(8) == 0 ? null : (object)(long)(i / 7))];
            object?[] texts = [.. Enumerable.Range(0, rows).Select(i => random.Next(8) == 0 ? null : (object)Text($"{i / 30:D3}{new string('x', random.Next(20))}"))];
            double[] special = [double.NaN, 0.0, -0.0, double.PositiveInfinity, 1.5, -1.5];
            object?[] doubles = [.. Enumerable.Range(0, rows).Select(i => (object)(random.Next(4) == 0 ? special[random.Next(6)] : i / 50))];
            using ParquetTestFile file = new ParquetTestFile { Options = new() { SmallBytes = seed % 2 == 0 ? 0 : int.MaxValue, MaxGapBytes = 0 } }.Write(
                Table,
                builder => builder.EnableWritePageIndex().WriteBatchSize(random.Next(1, 60)).DataPagesize(random.Next(1, 400)).DisableDictionary("id"),
                [ArrayOf(Int64Type.Default, ids), ArrayOf(StringType.Default, texts), ArrayOf(DoubleType.Default, doubles)]);
            Filter[] filters =
            [
                Id(ComparisonOperator.Equal, random.Next(rows / 7 + 1)),
                new Filter.And(Id(ComparisonOperator.Greater, random.Next(rows / 7 + 1)), Id(ComparisonOperator.LessOrEqual, random.Next(rows / 7 + 1))),
                new Filter.StartsWith("s", Text($"{random.Next(30):D3}")),
                new Filter.Comparison("d", ComparisonOperator.Equal, new Scalar(DoubleType.Default, 0.0)),
                new Filter.Not(new Filter.Comparison("d", ComparisonOperator.Less, new Scalar(DoubleType.Default, 3.0))),
                new Filter.Or(new Filter.IsNull("id"), new Filter.Comparison("d", ComparisonOperator.Greater, new Scalar(DoubleType.Default, 10.0))),
            ];
            foreach (Filter filter in filters)
            {
                (List<string> all, int allRows) = await KeptAsync(file, filter, prune: false);
                (List<string> pruned, int prunedRows) = await KeptAsync(file, filter, prune: true);
                Assert.True(all.SequenceEqual(pruned), $"seed {seed}, {filter}");
                saved += allRows - prunedRows;
            }
        }

        Assert.True(saved > 10_000, $"Only {saved} rows were left out.");
    }

    /// <summary>As above, with stretches of deleted rows of any length: what stays is what neither deletes nor the filter leave out.</summary>
    [Fact]
    public async Task ReadAsync_RandomPagesAndDeletedStretches_LosesNoRow()
    {
        long saved = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            int rows = random.Next(1, 9000);
            using ParquetTestFile file = new ParquetTestFile { Options = new() { SmallBytes = seed % 2 == 0 ? 0 : int.MaxValue, MaxGapBytes = seed % 3 * 100 } }.Write(
                Table, builder => builder.EnableWritePageIndex().WriteBatchSize(random.Next(1, 500)).DataPagesize(random.Next(1, 100)).DisableDictionary("id"), Columns(rows), Columns(rows / 2));
            bool[] gone = new bool[rows + (rows / 2)];
            for (int stretch = random.Next(4); stretch >= 0; stretch--)
            {
                int from = random.Next(gone.Length);
                gone.AsSpan(from, random.Next(gone.Length - from + 1)).Fill(true);
            }

            for (int row = 0; row < gone.Length; row += random.Next(1, 6000))
                gone[row] ^= true;
            file.Deletes = new Positions([.. Enumerable.Range(0, gone.Length).Where(row => gone[row]).Select(row => (long)row)]);
            int least = random.Next(rows);

            string[] all = [.. Lines(0, rows), .. Lines(0, rows / 2)];
            Assert.Equal(Enumerable.Range(0, gone.Length).Where(row => !gone[row]).Select(row => all[row]), await file.ReadAsync(Table));
            Assert.Equal(
                Enumerable.Range(0, gone.Length).Where(row => !gone[row] && row % rows >= least).Select(row => all[row]),
                (await KeptAsync(file, Id(ComparisonOperator.GreaterOrEqual, least), prune: true)).Lines);
            List<IRowGroupScan> scans = await file.ScansAsync(Table).ToListAsync(TestContext.Current.CancellationToken);
            saved += gone.Length - scans.Sum(scan => scan.Rows);
            scans.ForEach(scan => scan.Dispose());
        }

        Assert.True(saved > 20_000, $"Only {saved} rows were left out.");
    }

    private static async Task<(List<string> Lines, int Rows)> KeptAsync(ParquetTestFile file, Filter filter, bool prune)
    {
        var lines = new List<string>();
        int rows = 0;
        await foreach (RecordBatch batch in file.BatchesAsync(Table, where: prune ? filter : null))
        {
            using (batch)
            {
                using RowSelection selection = RowFilter.Select(filter, batch);
                string[] all = [.. ParquetTestFile.Lines(batch)];
                foreach (int row in selection.Rows)
                    lines.Add(all[row]);
                rows += batch.Length;
            }
        }

        return (lines, rows);
    }

    /// <summary>1,000 rows in pages of 100; the identifier may be multiplied.</summary>
    private static ParquetTestFile Write(bool whole, Action<WriterPropertiesBuilder> configure, Func<int, long>? id = null, RecordingStore? store = null) =>
        new ParquetTestFile { Store = store is null ? new LocalObjectStore() : store, Options = new() { SmallBytes = whole ? int.MaxValue : 0, MaxGapBytes = 0 } }.Write(
            Table,
            builder =>
            {
                Pages(builder);
                configure(builder);
            },
            Columns(1000, id));

    private static IArrowArray[] Columns(int rows, Func<int, long>? id = null) =>
    [
        Longs(rows, id ?? (i => i)), ArrayOf(StringType.Default, [.. Enumerable.Range(0, rows).Select(i => (object)Text($"t{i % 3}"))]),
        ArrayOf(DoubleType.Default, [.. Enumerable.Range(0, rows).Select(i => (object)(double)i)]),
    ];

    private static void Pages(WriterPropertiesBuilder builder) => builder.EnableWritePageIndex().WriteBatchSize(100).DataPagesize(1);

    private static string[] Lines(int from, int to) => [.. Enumerable.Range(from, to - from).Select(i => $$"""{"id":{{i}},"s":"t{{i % 3}}","d":{{i}}.0}""")];

    private static IArrowArray Longs(int count, Func<int, long> value) => ArrayOf(Int64Type.Default, [.. Enumerable.Range(0, count).Select(i => (object)value(i))]);

    private static Filter Id(ComparisonOperator op, long value) => new Filter.Comparison("id", op, new Scalar(Int64Type.Default, value));

    private static void ChangeIndex(RewrittenFile file, int column, bool isOffsets, Action<ThriftTree> change)
    {
        ThriftTree chunk = file.Chunk(0, column);
        int field = isOffsets ? 4 : 6;
        ThriftTree index = file.StructAt(chunk.Integer(field), chunk.Integer(field + 1));
        change(index);
        byte[] bytes = index.ToBytes();
        chunk.Set(field, file.Append(bytes)).Set(field + 1, bytes.Length, CompactType.Int32);
    }

    /// <summary>Deleted rows by their number in the file, and those with one identifier.</summary>
    private sealed class PositionsAndId(long[] rows, long id) : IRowDeletes
    {
        private readonly KeyIs key = new(Field("id", Int64Type.Default), id);

        public IReadOnlyList<Field> KeyColumns => key.KeyColumns;

        public long Bytes => 200;

        public long? Rows => null;

        public UInt128 Identity => 0;

        public async Task<IDeletedRows> LoadAsync(CancellationToken cancellationToken) => new Both(await new Positions(rows).LoadAsync(cancellationToken), key);

        private sealed class Both(IDeletedRows positions, KeyIs key) : IDeletedRows
        {
            public void Mark(RecordBatch keys, long firstPosition, Span<bool> deleted)
            {
                positions.Mark(keys, firstPosition, deleted);
                key.Mark(keys, firstPosition, deleted);
            }

            public bool HasAll(long firstPosition, long count) => positions.HasAll(firstPosition, count);
        }
    }
}
