using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>PROTOCOL.md, "Partition Value Serialization".</summary>
public sealed class DeltaPartitionTests : IDisposable
{
    private readonly DeltaFolder table = new();

    [Fact]
    public async Task Plan_PartitionedTable_GivesTypedConstantsThatWin()
    {
        table.Commit(0, Protocol, Metadata(Schema(("id", "long"), ("day", "date"), ("city", "string")), ["day", "city"]),
            Add("day=2024-02-29/x", new Dictionary<string, string?> { ["day"] = "2024-02-29", ["city"] = "São Paulo/%" }));

        ScanTask task = Assert.Single(await table.PlanAsync());
        Assert.True(task.ConstantsWin);
        Assert.Equal(19782L, task.Constants["day"].Value);
        Assert.IsType<Date32Type>(task.Constants["day"].Type);
        Assert.Equal("São Paulo/%"u8.ToArray(), task.Constants["city"].Value);
        Assert.Equal(["day", "city"], (await table.SnapshotAsync()).PartitionColumns);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Plan_ValueIsNullOrEmpty_IsNull(string? text)
    {
        table.Commit(0, Protocol, Metadata(Schema(("id", "long"), ("p", "string")), ["p"]), Add("x", new Dictionary<string, string?> { ["p"] = text }));

        Assert.True(Assert.Single(await table.PlanAsync()).Constants["p"].IsNull);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"P":"1"}""")]
    [InlineData("""{"p":"one"}""")]
    [InlineData("""{"p":"99999999999"}""")]
    public async Task Plan_ValueIsMissingOrOfNoType_ThrowsCorruptTable(string values)
    {
        table.Commit(0, Protocol, Metadata(Schema(("id", "long"), ("p", "integer")), ["p"]), $$$"""{"add":{"path":"x","partitionValues":{{{values}}},"size":1}}""");

        Assert.Equal("delta.action_broken", (await Assert.ThrowsAsync<CorruptTableException>(() => table.PlanAsync())).Code);
    }

    [Fact]
    public async Task Plan_NullWhereTheColumnMustHaveAValue_ThrowsCorruptTable()
    {
        table.Commit(0, Protocol,
            Metadata("""{"type":"struct","fields":[{"name":"p","type":"integer","nullable":false,"metadata":{}}]}""", ["p"]),
            Add("x", new Dictionary<string, string?> { ["p"] = null }));

        Assert.Equal("delta.action_broken", (await Assert.ThrowsAsync<CorruptTableException>(() => table.PlanAsync())).Code);
    }

    [Fact]
    public async Task Plan_CheckpointOfPartitionedTable_HasItsValues()
    {
        table.Checkpoint(3, [.. CheckpointRow.State(Schema(("id", "long"), ("p", "integer"), ("q", "string")), "p", "q"),
            new CheckpointRow { AddPath = "x", PartitionValues = new() { ["p"] = "-7", ["q"] = null } }]);

        IReadOnlyDictionary<string, Scalar> constants = Assert.Single(await table.PlanAsync()).Constants;
        Assert.Equal(-7L, constants["p"].Value);
        Assert.True(constants["q"].IsNull);
    }

    [Fact]
    public async Task Open_PartitionedByInstant_NotesHowItIsRead()
    {
        table.Commit(0, Protocol, Metadata(Schema(("id", "long"), ("at", "timestamp")), ["at"]));

        Assert.Contains("'at'", Assert.Single((await table.SnapshotAsync()).Notes), StringComparison.Ordinal);
    }

    public void Dispose() => table.Dispose();
}
