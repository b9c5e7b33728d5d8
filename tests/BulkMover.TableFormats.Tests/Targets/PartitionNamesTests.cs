using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.TableFormats.Delta;
using BulkMover.TableFormats.Iceberg;
using BulkMover.TableFormats.ParquetDirectories;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Canon;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Targets;

/// <summary>Columns of whatever name are partitions, and come back as what they are.</summary>
public sealed class PartitionNamesTests
{
    private readonly MemoryObjectStore objects = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Cases => new(
        from format in new[] { "delta", "iceberg", "parquet" }
        from name in new[] { "a,b", "p/x =%", " a", "day(a)" }
        select (format, name));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Copy_PartitionedByAColumnOfAnyName_IsReadAsItWas(string format, string name)
    {
        var schema = new Schema([new Field("id", Int64Type.Default, nullable: true), new Field(name, Int64Type.Default, nullable: true)], null);
        var batch = new RecordBatch(schema, [new Int64Array.Builder().Append(1).Append(2).Build(), new Int64Array.Builder().Append(10).Append(20).Build()], 2);
        var options = new LakeOptions { PartitionBy = [name] };
        await using LakeTarget target = format switch
        {
            "delta" => LakeTarget.OfDelta(format, objects, LakeCopy.Root, options),
            "iceberg" => LakeTarget.OfIceberg(format, objects, LakeCopy.Root, options),
            _ => LakeTarget.OfParquet(format, objects, LakeCopy.Root, options),
        };
        var request = new TargetRequest(TransferId.Of("copy"), new TransferOrigin("command", "selection", "source", "1"), schema, CopyMode.Create, []);
        await using ITargetLoad load = await target.BeginAsync(await target.PlanAsync(request, Token), new LoadLimits(1, 1 << 20), Token);
        await using (IChunkLoad chunk = await load.BeginChunkAsync(0, Token))
        {
            foreach (IEncodedBlock block in load.Encode(batch))
                await chunk.SendAsync(block, 0, Token);
            await chunk.CommitAsync(2, ReadOnlyMemory<byte>.Empty, Token);
        }

        await load.CommitAsync(2, Token);

        ITable table = format switch
        {
            "delta" => await DeltaTable.OpenAsync(objects, LakeCopy.Root, Token),
            "iceberg" => await IcebergTable.OpenAsync(objects, LakeCopy.Root, Token),
            _ => await ParquetTable.OpenAsync(objects, LakeCopy.Root, Token),
        };
        ITableSnapshot snapshot = await table.OpenSnapshotAsync(null, Token);
        Assert.Equal([name], snapshot.PartitionColumns);
        CanonRows rows = await PlannedRows.ReadAsync(objects, snapshot, where: null);
        Assert.Equal([$$"""{"id":1,"{{name}}":10}""", $$"""{"id":2,"{{name}}":20}"""], rows.Lines().Order(StringComparer.Ordinal));
    }
}
