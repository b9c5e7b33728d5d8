using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet.Writing;
using BulkMover.TableFormats.Iceberg;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Targets;

/// <summary>Of which partition a data file is that becomes one of the target as it is.</summary>
public sealed class AdoptedPartitionsTests
{
    private readonly MemoryObjectStore objects = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Renames leave files alone (Iceberg spec, "Schema Evolution"): after two of them each column may have the other's old name.</summary>
    [Fact]
    public async Task Adopt_TwoColumnsHaveChangedNames_PartitionIsThatOfTheColumnsId()
    {
        ScanTask file = await WriteAsync(new Schema([Column("a", 1), Column("b", 2)], null), [1, 2]);
        await using LakeTarget target = LakeTarget.OfIceberg("iceberg", objects, LakeCopy.Root, new LakeOptions { PartitionBy = ["a"] });
        var request = new TargetRequest(
            TransferId.Of("copy"), new TransferOrigin("command", "selection", "source", "1"), new Schema([Column("b", 1), Column("a", 2)], null), CopyMode.Create, [])
        {
            Adoption = new Adoption(objects, ColumnMatching.FieldId, IsRequired: true),
        };

        await using ITargetLoad load = await target.BeginAsync(await target.PlanAsync(request, Token), new LoadLimits(1, 1 << 20), Token);
        await using (IChunkLoad chunk = await load.BeginChunkAsync(0, Token))
        {
            await chunk.TryAdoptAsync(file, Token);
            await chunk.CommitAsync(1, ReadOnlyMemory<byte>.Empty, Token);
        }

        await load.CommitAsync(1, Token);

        ITable table = await IcebergTable.OpenAsync(objects, LakeCopy.Root, Token);
        ITableSnapshot snapshot = await table.OpenSnapshotAsync(null, Token);
        ScanTask copied = await snapshot.PlanAsync(new Scan(snapshot, columns: null, where: null), Token).SingleAsync(Token);
        Assert.Equal(2L, copied.Constants["a"].Value);
    }

    /// <summary>The values of partition columns are in Delta's log (PROTOCOL.md, "Partition Values"), and files need not have them.</summary>
    [Theory]
    [InlineData("b", false)]
    [InlineData("bucket(4, a)", false)]
    [InlineData("a", true)]
    public async Task Plan_OnlyMetadataTellAColumn_FileMayBeAdoptedWhereTheTargetHasItAsPartition(string partitionBy, bool mayAdopt)
    {
        var schema = new Schema([Column("a", 1), Column("b", 2)], null);
        ScanTask file = await WriteAsync(new Schema([Column("b", 2)], null), [2]) with
        {
            Constants = new Dictionary<string, Scalar> { ["a"] = new(Int64Type.Default, 1L) }, ConstantsWin = true,
        };
        await using LakeTarget target = LakeTarget.OfIceberg("iceberg", objects, LakeCopy.Root, new LakeOptions { PartitionBy = [partitionBy] });
        var request = new TargetRequest(TransferId.Of("copy"), new TransferOrigin("command", "selection", "source", "1"), schema, CopyMode.Create, [])
        {
            Adoption = new Adoption(objects, ColumnMatching.FieldId, IsRequired: false),
        };

        TargetPlan plan = await target.PlanAsync(request, Token);

        Assert.Equal(mayAdopt, plan.MayAdopt(file));
    }

    /// <summary>
    /// A file with 1 and 2 in column <c>a</c>. Whole numbers are truncated down to a multiple of the width (Iceberg spec, "Truncate Transform Details"); in which bucket all of several values
    /// are, only metadata tell.
    /// </summary>
    [Theory]
    [InlineData("bucket(16, a)", "bucket[16]", 3L, 3L)]
    [InlineData("truncate(10, a)", "truncate[10]", 0L, 0L)]
    [InlineData("truncate(10, a)", "truncate[2]", 7L, 0L)]
    public async Task Adopt_MetadataTellTheTransformedValue_IsThePartition(string partitionBy, string transform, long told, long expected)
    {
        ScanTask file = await WriteRowsAsync(1, 2) with { Transformed = [new TransformedValue("a", transform, new Scalar(Int32Type.Default, told))] };

        TransformedValue partition = Assert.Single((await AdoptAsync(file, partitionBy))!.Transformed);

        Assert.Equal(expected, partition.Value.Value);
    }

    /// <summary>A null is in the partition of nulls, whatever the transform (Iceberg spec, "Partition Transforms").</summary>
    /// <summary>Text in names of directories may be read as numbers, so a directory is partitioned by it only where that is asked for.</summary>
    [Theory]
    [InlineData(null, "p", true)]
    [InlineData("p", "p", false)]
    [InlineData(null, "day(p)", false)]
    [InlineData(null, "id", false)]
    public async Task Plan_DirectoryIsNotPartitionedAsTheSource_SaysWhichOptionDoesIt(string? partitionBy, string term, bool isSaid)
    {
        var schema = new Schema([Column("id", 1), new Field("p", StringType.Default, nullable: true)], null);
        await using LakeTarget target = LakeTarget.OfParquet("parquet", objects, LakeCopy.Root, new LakeOptions { PartitionBy = partitionBy is null ? null : [partitionBy] });
        var request = new TargetRequest(TransferId.Of("copy"), new TransferOrigin("command", "selection", "source", "1"), schema, CopyMode.Create, []) { PartitionTerms = [term] };

        Assert.Equal(isSaid, (await target.PlanAsync(request, Token)).Notes.Any(note => note.Contains($"--partition-by {term} ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Adopt_AllAreNull_PartitionIsNull()
    {
        ScanTask file = await WriteRowsAsync(null, null) with { Transformed = [new TransformedValue("a", "bucket[16]", new Scalar(Int32Type.Default, null))] };

        Assert.True(Assert.Single((await AdoptAsync(file, "bucket(16, a)"))!.Transformed).Value.IsNull);
    }

    /// <summary>What the file has shows that the tuple is not its rows'.</summary>
    [Theory]
    [InlineData("truncate(10, a)", "truncate[10]", 10L, 1L, 2L)]
    [InlineData("truncate(10, a)", "truncate[10]", 0L, 9L, 10L)]
    [InlineData("truncate(10, a)", "truncate[10]", null, 1L, 2L)]
    [InlineData("bucket(16, a)", "bucket[16]", null, 1L, 2L)]
    [InlineData("bucket(16, a)", "bucket[16]", 3L, null, null)]
    [InlineData("bucket(16, a)", "bucket[16]", 3L, null, 34L)]
    // 34 is in bucket 3 of 16: its hash is 2017239379 (Appendix B).
    [InlineData("bucket(16, a)", "bucket[16]", 4L, 34L, 34L)]
    public async Task Adopt_TupleIsNotThatOfTheRows_FileIsDecoded(string partitionBy, string transform, long? told, long? first, long? second)
    {
        ScanTask file = await WriteRowsAsync(first, second) with { Transformed = [new TransformedValue("a", transform, new Scalar(Int32Type.Default, told))] };

        Assert.Null(await AdoptAsync(file, partitionBy));
    }

    /// <summary>A column that a file lacks is null in all its rows (Iceberg spec, "Column Projection"), and so is what any transform makes of it.</summary>
    [Theory]
    [InlineData(null, true)]
    [InlineData(3L, false)]
    public async Task Adopt_FileLacksTheColumn_PartitionIsNullOrFileIsDecoded(long? told, bool isAdopted)
    {
        ScanTask file = await WriteAsync(new Schema([Column("b", 2)], null), [5]) with { Transformed = [new TransformedValue("a", "bucket[16]", new Scalar(Int32Type.Default, told))] };

        Assert.Equal(isAdopted, await AdoptAsync(file, "bucket(16, a)", NullableColumn, Column("b", 2)) is not null);
    }

    /// <summary>An identity's tuple likewise, where the column is in the file and goes before it (Iceberg spec, "Column Projection").</summary>
    [Theory]
    [InlineData(1L, true)]
    [InlineData(2L, false)]
    public async Task Adopt_ValueOfTheColumnIsTold_FileHasNoOther(long told, bool isAdopted)
    {
        ScanTask file = await WriteRowsAsync(1, 1) with { Constants = new Dictionary<string, Scalar> { ["a"] = new(Int64Type.Default, told) } };

        Assert.Equal(isAdopted, await AdoptAsync(file, "a") is not null);
    }

    /// <summary>Bounds of whole numbers may tell of transforms that keep their order, and of nothing else.</summary>
    [Theory]
    [InlineData("bucket(4, a)", "bucket[4]", true)]
    [InlineData("bucket(4, a)", "bucket[8]", false)]
    [InlineData("bucket(4, a)", "truncate[4]", false)]
    [InlineData("truncate(10, a)", "bucket[4]", true)]
    [InlineData("a", "bucket[4]", true)]
    [InlineData("t", "truncate[4]", false)]
    [InlineData("truncate(4, t)", "truncate[4]", false)]
    public async Task Plan_NothingCanTellAPartition_FileIsDecoded(string partitionBy, string told, bool mayAdopt)
    {
        var schema = new Schema([Column("a", 1), new Field("t", StringType.Default, nullable: true).WithFieldId(2)], null);
        ScanTask file = await WriteAsync(new Schema([Column("a", 1)], null), [2]) with { Transformed = [new TransformedValue("a", told, new Scalar(Int32Type.Default, 0L))] };
        await using LakeTarget target = LakeTarget.OfIceberg("iceberg", objects, LakeCopy.Root, new LakeOptions { PartitionBy = [partitionBy] });

        TargetPlan plan = await target.PlanAsync(Request(schema), Token);

        Assert.Equal((true, mayAdopt), (plan.IsOfFiles, plan.MayAdopt(file)));
    }

    private TargetRequest Request(Schema schema) => new(TransferId.Of("copy"), new TransferOrigin("command", "selection", "source", "1"), schema, CopyMode.Create, [])
    {
        Adoption = new Adoption(objects, ColumnMatching.FieldId, IsRequired: false),
    };

    /// <summary>Copies a file of columns, the one column <c>a</c> if none are named, into a new table.</summary>
    /// <returns>As the table then has it; null when it has to be decoded.</returns>
    private async Task<ScanTask?> AdoptAsync(ScanTask file, string partitionBy, params Field[] columns)
    {
        await using LakeTarget target = LakeTarget.OfIceberg("iceberg", objects, LakeCopy.Root, new LakeOptions { PartitionBy = [partitionBy] });
        TargetPlan plan = await target.PlanAsync(Request(new Schema(columns.Length == 0 ? [NullableColumn] : columns, null)), Token);
        await using ITargetLoad load = await target.BeginAsync(plan, new LoadLimits(1, 1 << 20), Token);
        await using (IChunkLoad chunk = await load.BeginChunkAsync(0, Token))
        {
            if (await chunk.TryAdoptAsync(file, Token) is null)
                return null;
            await chunk.CommitAsync(file.Rows!.Value, ReadOnlyMemory<byte>.Empty, Token);
        }

        await load.CommitAsync(file.Rows!.Value, Token);
        ITableSnapshot snapshot = await (await IcebergTable.OpenAsync(objects, LakeCopy.Root, Token)).OpenSnapshotAsync(null, Token);
        return await snapshot.PlanAsync(new Scan(snapshot, columns: null, where: null), Token).SingleAsync(Token);
    }

    private static Field NullableColumn => new Field("a", Int64Type.Default, nullable: true).WithFieldId(1);

    /// <summary>A file of two rows of the column <c>a</c>.</summary>
    private async Task<ScanTask> WriteRowsAsync(long? first, long? second)
    {
        var schema = new Schema([NullableColumn], null);
        return await WriteAsync(schema, new RecordBatch(schema, [new Int64Array.Builder().Append(first).Append(second).Build()], 2));
    }

    private static Field Column(string name, int id) => new Field(name, Int64Type.Default, nullable: false).WithFieldId(id);

    /// <summary>A file of one row.</summary>
    private Task<ScanTask> WriteAsync(Schema schema, long[] values) =>
        WriteAsync(schema, new RecordBatch(schema, values.Select(value => new Int64Array.Builder().Append(value).Build()), 1));

    private async Task<ScanTask> WriteAsync(Schema schema, RecordBatch rows)
    {
        var location = new Location("s3", "bucket/source/file.parquet");
        using RecordBatch batch = rows;
        await using var writer = new ParquetFileWriter(await objects.CreateAsync(location, null, Token), location, schema, new ParquetWriteOptions());
        await writer.WriteRowGroupAsync([batch], Token);
        await writer.CompleteAsync(Token);
        return new ScanTask(location, writer.Bytes, batch.Length, ScanTask.NoConstants, ConstantsWin: false);
    }
}
