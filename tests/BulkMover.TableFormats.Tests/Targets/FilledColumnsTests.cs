using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.TableFormats.Comparisons;
using BulkMover.TableFormats.Iceberg;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Targets;

/// <summary>Columns that rows lack and that a table has a default for (Iceberg spec, "Default values").</summary>
public sealed class FilledColumnsTests
{
    private readonly MemoryObjectStore objects = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>
    /// "initial-default is used to populate the field's value for all records that were written before the field was added", "write-default for any records written after";
    /// "if either default is not set for an optional field, then the default value is null".
    /// </summary>
    [Theory]
    [InlineData("\"initial-default\":1,\"write-default\":2", "2", false)]
    [InlineData("\"initial-default\":1,\"write-default\":2", "2", true)]
    [InlineData("\"initial-default\":1", "null", false)]
    [InlineData("\"initial-default\":1", "null", true)]
    public async Task Append_RowsLackTheColumn_GetTheDefaultForNewRows(string defaults, string value, bool isPartitioned)
    {
        await new LakeCopy(LakeCopy.Version3, objects) { Transfer = TransferId.Of("before"), Chunks = 1 }.RunAsync(objects);
        AddColumn($$"""{"id":3,"name":"d","required":false,"type":"long",{{defaults}}}""", isPartitioned);

        await new LakeCopy(LakeCopy.Version3, objects) { Mode = CopyMode.Append, FirstId = 1000, Chunks = 1 }.RunAsync(objects);

        IcebergSnapshot snapshot = (IcebergSnapshot)await (await IcebergTable.OpenAsync(objects, LakeCopy.Root, Token)).OpenSnapshotAsync(null, Token);
        string[] rows = [.. (await PlannedRows.ReadAsync(objects, snapshot, where: null, ["id", "d"])).Lines().OrderBy(LakeCopy.IdOf)];
        Assert.Equal([.. Enumerable.Range(0, 10).Select(id => $$"""{"id":{{id}},"d":1}"""), .. Enumerable.Range(1000, 10).Select(id => $$"""{"id":{{id}},"d":{{value}}}""")], rows);
    }

    /// <summary>As <c>verify</c> compares: a copy has written the write default, or a null where there is none, whatever rows from before the column have.</summary>
    [Theory]
    [InlineData("\"initial-default\":1,\"write-default\":2", true)]
    [InlineData("\"write-default\":2", true)]
    [InlineData("\"initial-default\":1", true)]
    [InlineData("\"initial-default\":2,\"write-default\":1", false)]
    public async Task Compare_SourceLacksTheColumn_IsWithWhatACopyWrites(string defaults, bool isEqual)
    {
        var copy = new LakeCopy(LakeCopy.Version3, objects) { Mode = CopyMode.Replace, Chunks = 1 };
        copy.MakeTable();
        AddColumn($$"""{"id":3,"name":"d","required":false,"type":"long",{{defaults}}}""", isPartitioned: false);
        ITableSnapshot snapshot = await (await IcebergTable.OpenAsync(objects, LakeCopy.Root, Token)).OpenSnapshotAsync(null, Token);
        var comparison = new LakeComparison("from", copy.Request.Schema, "to", snapshot);
        var there = new Int64Array.Builder();
        if (defaults.Contains("write", StringComparison.Ordinal))
            there.Append(2);
        else
            there.AppendNull();

        await LookAsync(comparison.Source, new RecordBatch(copy.Request.Schema, [One(7), new StringArray.Builder().Append("a").Build()], 1));
        await LookAsync(comparison.Target, new RecordBatch(snapshot.Schema, [One(7), new StringArray.Builder().Append("a").Build(), there.Build()], 1));

        Assert.Equal(["id", "place", "d"], comparison.Columns);
        Assert.Equal(isEqual, comparison.Result.IsEqual);

        static Int64Array One(long value) => new Int64Array.Builder().Append(value).Build();
    }

    /// <summary>A file that has no such column would have the other default in its rows.</summary>
    [Fact]
    public async Task TryAdopt_FileLacksTheColumn_IsDecoded()
    {
        var copy = new LakeCopy(LakeCopy.Version3, objects) { Mode = CopyMode.Append, IsAdopting = true };
        copy.MakeTable();
        AddColumn("""{"id":3,"name":"d","required":false,"type":"long","write-default":2}""", isPartitioned: false);
        ScanTask file = await copy.WriteSourceAsync(0);
        await using LakeTarget target = copy.Open(objects);
        TargetPlan plan = await target.PlanAsync(copy.Request with { Adoption = copy.Request.Adoption! with { IsRequired = false } }, Token);

        Assert.False(plan.MayAdopt(file));
        Assert.Contains(plan.Steps, step => step.Contains("'d'", StringComparison.Ordinal));
    }

    /// <summary>Rows have the column, and a file from before it has nulls there, which the target's readers would take for the initial default.</summary>
    [Theory]
    [InlineData("", true)]
    [InlineData(",\"initial-default\":1", false)]
    public async Task TryAdopt_FileLacksAColumnOfTheRows_IsDecodedWhereTheTargetWouldFindADefault(string @default, bool isAdopted)
    {
        var copy = new LakeCopy(LakeCopy.Version3, objects) { Mode = CopyMode.Append, IsAdopting = true };
        copy.MakeTable();
        AddColumn($$"""{"id":3,"name":"d","required":false,"type":"long"{{@default}}}""", isPartitioned: false);
        ScanTask file = await copy.WriteSourceAsync(0);
        await using LakeTarget target = copy.Open(objects);
        TargetRequest request = copy.Request with
        {
            Schema = new Schema([.. copy.Request.Schema.FieldsList, new Field("d", Int64Type.Default, nullable: true)], null),
            Adoption = copy.Request.Adoption! with { IsRequired = false },
        };
        await using ITargetLoad load = await target.BeginAsync(await target.PlanAsync(request, Token), new LoadLimits(1, 1 << 20), Token);
        await using IChunkLoad chunk = await load.BeginChunkAsync(0, Token);

        Assert.Equal(isAdopted, await chunk.TryAdoptAsync(file, Token) is not null);
    }

    /// <summary>Else one snapshot would have two values in rows that lack the column.</summary>
    [Theory]
    [InlineData("\"write-default\":5", "\"write-default\":6", true)]
    [InlineData("\"write-default\":5", "\"initial-default\":null", true)]
    [InlineData("\"initial-default\":5", "\"initial-default\":5,\"write-default\":6", true)]
    [InlineData("\"write-default\":5", "\"write-default\":5", false)]
    public async Task Plan_DefaultWasChangedAfterTheFirstChunk_IsRefused(string before, string after, bool isRefused)
    {
        var copy = new LakeCopy(LakeCopy.Version3, objects) { Mode = CopyMode.Append };
        copy.MakeTable();
        AddColumn($$"""{"id":3,"name":"d","required":false,"type":"long",{{before}}}""", isPartitioned: false);
        await copy.RunOneChunkAsync();
        Change(document => document["schemas"]![0]!["fields"]![2] = JsonNode.Parse($$"""{"id":3,"name":"d","required":false,"type":"long",{{after}}}"""));

        if (isRefused)
            Assert.Equal("lake.table_changed", (await Assert.ThrowsAsync<TargetException>(() => copy.RunAsync(objects))).Code);
        else
            Assert.Equal(copy.Rows.Count(), await copy.RunAsync(objects));
    }

    /// <summary>Rows that are taken apart by partition are copied, with what was filled.</summary>
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task EncodeBytes_FilledColumns_CountAsOftenAsTheyAreThere(bool isPartitioned, int times)
    {
        const int Rows = 1000, TextBytes = 1000;
        var copy = new LakeCopy(LakeCopy.Version3, objects) { Mode = CopyMode.Append };
        copy.MakeTable();
        AddColumn($$"""{"id":3,"name":"d","required":false,"type":"string","write-default":"{{new string('x', TextBytes)}}"}""", isPartitioned);
        await using LakeTarget target = copy.Open(objects);
        await using ITargetLoad load = await target.BeginAsync(await target.PlanAsync(copy.Request, Token), new LoadLimits(1, 1 << 20), Token);
        using RecordBatch batch = LakeCopy.Skewed(Rows);

        Assert.InRange(load.EncodeBytes(batch), times * Rows * TextBytes, (times + 1) * Rows * TextBytes);
    }

    private static async Task LookAsync(ITarget side, RecordBatch rows)
    {
        var request = new TargetRequest(TransferId.Of("t"), new TransferOrigin("", "", "from", "1"), rows.Schema, CopyMode.Append, []);
        await using ITargetLoad load = await side.BeginAsync(await side.PlanAsync(request, Token), new LoadLimits(1, 0), Token);
        await using IChunkLoad chunk = await load.BeginChunkAsync(0, Token);
        int count = rows.Length;
        foreach (IEncodedBlock block in load.Encode(rows))
            await chunk.SendAsync(block, 0, Token);
        await load.CommitAsync(count, Token);
    }

    /// <summary>The table's next version has the column.</summary>
    private void AddColumn(string column, bool isPartitioned) => Change(document =>
    {
        document["schemas"]![0]!["fields"]!.AsArray().Add(JsonNode.Parse(column));
        document["last-column-id"] = 3;
        if (isPartitioned)
        {
            document["partition-specs"]!.AsArray().Add(JsonNode.Parse("""{"spec-id":1,"fields":[{"source-id":3,"field-id":1001,"name":"d","transform":"identity"}]}"""));
            (document["default-spec-id"], document["last-partition-id"]) = (1, 1001);
        }
    });

    private void Change(Action<JsonObject> change) => LakeCopy.AlterTable(objects, change);
}
