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

    private static Field Column(string name, int id) => new Field(name, Int64Type.Default, nullable: false).WithFieldId(id);

    /// <summary>A file of one row.</summary>
    private async Task<ScanTask> WriteAsync(Schema schema, long[] values)
    {
        var location = new Location("s3", "bucket/source/file.parquet");
        using var batch = new RecordBatch(schema, values.Select(value => new Int64Array.Builder().Append(value).Build()), 1);
        await using var writer = new ParquetFileWriter(await objects.CreateAsync(location, null, Token), location, schema, new ParquetWriteOptions());
        await writer.WriteRowGroupAsync([batch], Token);
        await writer.CompleteAsync(Token);
        return new ScanTask(location, writer.Bytes, 1, ScanTask.NoConstants, ConstantsWin: false);
    }
}
