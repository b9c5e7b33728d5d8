using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Comparisons;
using Xunit;

namespace BulkMover.TableFormats.Tests.Comparisons;

/// <summary>Which columns of two tables of files are compared, and in which types.</summary>
public sealed class LakeComparisonTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<Field, Field, string> DifferentColumns => new()
    {
        { Of("b", Int64Type.Default), Of("a", Int64Type.Default), "verify.column_missing" },
        { Of("a", StringType.Default), Of("a", Int64Type.Default), "verify.column_differs" },
        { Of("a", BinaryType.Default), Of("a", StringType.Default), "verify.column_differs" },
        { Of("a", new TimestampType(TimeUnit.Microsecond, "UTC")), Of("a", new TimestampType(TimeUnit.Microsecond, (string?)null)), "verify.column_differs" },
        { Of("a", Struct(Of("x", Int64Type.Default), Of("y", Int64Type.Default))), Of("a", Struct(Of("x", Int64Type.Default))), "verify.column_missing" },
        { Of("a", new ListType(Of("e", Struct(Of("x", BinaryType.Default))))), Of("a", new ListType(Of("e", Struct(Of("x", StringType.Default))))), "verify.column_differs" },
        { Of("a", new MapType(Of("key", StringType.Default), Of("value", new TimestampType(TimeUnit.Microsecond, "UTC")))),
            Of("a", new MapType(Of("key", StringType.Default), Of("value", new TimestampType(TimeUnit.Microsecond, (string?)null)))), "verify.column_differs" },
    };

    [Theory]
    [MemberData(nameof(DifferentColumns), DisableDiscoveryEnumeration = true)]
    public void New_NoCopyBringsTheOneIntoTheOther_IsRefused(Field source, Field target, string code)
    {
        TargetException error = Assert.Throws<TargetException>(() => new LakeComparison("from", new Schema([source], null), "to", Table(new Schema([target], null))));
        Assert.Equal(code, error.Code);
        Assert.Contains($"'{source.Name}", error.Message, StringComparison.Ordinal);
        Assert.Contains("--columns", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void New_OneNameTwice_IsRefused()
    {
        var twice = new Schema([Of("a", Int64Type.Default), Of("a", Int64Type.Default)], null);
        Assert.Equal("verify.column_twice", Assert.Throws<TargetException>(() => new LakeComparison("from", twice, "to", Table(twice))).Code);
    }

    [Fact]
    public async Task Result_TargetIsWiderAndHasMore_IsEqualWhereAllOfThatIsNull()
    {
        var source = new Schema([Of("b", Int32Type.Default), Of("a", Struct(Of("x", Int32Type.Default)))], null);
        var target = new Schema([
            Of("a", Struct(Of("y", StringType.Default), new Field("x", Int64Type.Default, nullable: false))), Of("more", StringType.Default), new Field("b", Int64Type.Default, nullable: false)], null);
        var comparison = new LakeComparison("from", source, "to", Table(target));
        Assert.Equal(["b", "a", "more"], comparison.Columns);

        await RunAsync(comparison.Source, new RecordBatch(source, [Ints(1, null), Struct(source, 1, Ints(5, 6))], 2));
        var read = new Schema([target.FieldsList[2], target.FieldsList[0], target.FieldsList[1]], null);
        // In the order of the comparison's columns, as a scan of them gives them.
        RecordBatch Rows(string? y, string? more) => new(read, [Longs(1, null), Struct(read, 1, Texts(null, y), Longs(5, 6)), Texts(null, more)], 2);
        await RunAsync(comparison.Target, Rows(null, null));
        Assert.True(comparison.Result.IsEqual);

        await RunAsync(comparison.Target, Rows("!", null));
        Assert.Equal([1], Differing(comparison));
        await RunAsync(comparison.Target, Rows(null, "!"));
        Assert.Equal([2], Differing(comparison));
    }

    [Fact]
    public async Task Result_ANullWhereTheTargetRequiresAValue_IsADifferenceAndNoError()
    {
        var schema = new Schema([new Field("a", Int32Type.Default, nullable: false)], null);
        var comparison = new LakeComparison("from", new Schema([Of("a", Int32Type.Default)], null), "to", Table(schema));
        await RunAsync(comparison.Source, new RecordBatch(new Schema([Of("a", Int32Type.Default)], null), [Ints(1, null)], 2));
        await RunAsync(comparison.Target, new RecordBatch(schema, [Ints(1, 2)], 2));
        Difference difference = Assert.Single(comparison.Result.Differences);
        Assert.Equal((1, 0), (difference.Source.Columns[0].Nulls, difference.Target.Columns[0].Nulls));
    }

    [Fact]
    public async Task Result_ARunIsBegunAgain_CountsItsRowsOnce()
    {
        var schema = new Schema([Of("a", Int32Type.Default)], null);
        var comparison = new LakeComparison("from", schema, "to", Table(schema));
        await RunAsync(comparison.Target, new RecordBatch(schema, [Ints(1)], 1));
        await RunAsync(comparison.Source, isCommitted: false, new RecordBatch(schema, [Ints(1)], 1));
        await RunAsync(comparison.Source, new RecordBatch(schema, [Ints(1)], 1));
        Assert.True(comparison.Result.IsEqual);
    }

    /// <summary>Variants are text when they come, and text in a table that has no variants.</summary>
    [Fact]
    public void New_VariantAndText_AreCompared()
    {
        Field variant = Of("v", StringType.Default).AsVariant();
        Assert.Equal(["v"], new LakeComparison("from", new Schema([variant], null), "to", Table(new Schema([Of("v", StringType.Default)], null))).Columns);
        Assert.Equal(["v"], new LakeComparison("from", new Schema([variant], null), "to", Table(new Schema([variant], null))).Columns);
    }

    [Fact]
    public async Task Found_RowsOnOneSideOnly_HaveTheirScanTasks()
    {
        var schema = new Schema([Of("a", Int32Type.Default)], null);
        var comparison = new LakeComparison("from", schema, "to", Table(schema));
        RecordBatch[] Source() => [new(schema, [Ints(1, 2, 2)], 3), new(schema, [Ints(3, 4)], 2)];
        RecordBatch[] Target() => [new(schema, [Ints(4, 2)], 2), new(schema, [Ints(1)], 1), new(schema, [Ints(9, 9)], 2)];
        await RunAsync(comparison.Source, Source());
        await RunAsync(comparison.Target, Target());
        LakeRowSearch search = comparison.NewRowSearch();
        await RunAsync(search.Source, Source());
        await RunAsync(search.Target, Target());

        Assert.Equal((3, 3), (search.DifferingRanges, search.SearchedRanges));
        Assert.Equal(
            [(true, 1L, 0L), (true, 1L, 1L), (false, 2L, 2L)],
            search.Found.Select(row => (row.IsOfSource, row.Times, row.ScanTask)).OrderByDescending(row => row.IsOfSource).ThenBy(row => row.ScanTask));
        var texts = new Dictionary<ulong, string>();
        await RunAsync(search.NewTexts(isOfSource: false, search.Found.Select(row => row.Hash).ToHashSet(), [0], texts), Target());
        Assert.Equal("""{"a":9}""", texts[search.Found.Single(row => !row.IsOfSource).Hash]);
    }

    private static Task RunAsync(ITarget target, params RecordBatch[] chunks) => RunAsync(target, isCommitted: true, chunks);

    /// <summary>Each batch is a chunk.</summary>
    private static async Task RunAsync(ITarget target, bool isCommitted, params RecordBatch[] chunks)
    {
        var request = new TargetRequest(TransferId.Of("t"), new TransferOrigin("", "", "from", "1"), chunks[0].Schema, CopyMode.Append, []);
        await using ITargetLoad load = await target.BeginAsync(await target.PlanAsync(request, Token), new LoadLimits(1, 0), Token);
        for (int number = 0; number < chunks.Length; number++)
        {
            await using IChunkLoad chunk = await load.BeginChunkAsync(number, Token);
            Assert.True(load.EncodeBytes(chunks[number]) > 0);
            foreach (IEncodedBlock block in load.Encode(chunks[number]))
                await chunk.SendAsync(block, 0, Token);
        }

        if (isCommitted)
            await load.CommitAsync(chunks.Sum(chunk => (long)chunk.Length), Token);
    }

    /// <summary>Of which only the columns count.</summary>
    private static ITableSnapshot Table(Schema schema) => new ColumnsOnly(schema);

    private static IEnumerable<int> Differing(LakeComparison comparison) => comparison.Result.Source.DifferingColumns(comparison.Result.Target);

    private static Field Of(string name, IArrowType type) => new(name, type, nullable: true);

    private static StructType Struct(params Field[] members) => new(members);

    private static StructArray Struct(Schema schema, int place, params IArrowArray[] members) =>
        new((StructType)schema.FieldsList[place].DataType, members[0].Length, members, ArrowBuffer.Empty);

    private static Int32Array Ints(params int?[] values) => values.Aggregate(new Int32Array.Builder(), (builder, value) => builder.Append(value)).Build();

    private static StringArray Texts(params string?[] values) => values.Aggregate(new StringArray.Builder(), (builder, value) => builder.Append(value)).Build();

    private static Int64Array Longs(params long?[] values) => values.Aggregate(new Int64Array.Builder(), (builder, value) => builder.Append(value)).Build();

    private sealed record ColumnsOnly(Schema Schema) : ITableSnapshot
    {
        public string Id => "1";

        public ColumnMatching Matching => ColumnMatching.Name;

        public IReadOnlyList<SortField> SortOrder => [];

        public IReadOnlyList<string> PartitionColumns => [];

        public IReadOnlyList<TableFeature> Features => [];

        public IReadOnlyList<string> Notes => [];

        public IAsyncEnumerable<ScanTask> PlanAsync(Scan scan, CancellationToken cancellationToken) => AsyncEnumerable.Empty<ScanTask>();
    }
}
