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

    /// <summary>Each form of the table of the section, and what other engines write for the same.</summary>
    [Theory]
    [InlineData("string", " a/b=%20\n😀", " a/b=%20\n😀")]
    [InlineData("string", "null", "null")]
    [InlineData("string", "__HIVE_DEFAULT_PARTITION__", "__HIVE_DEFAULT_PARTITION__")]
    [InlineData("binary", "\u0001\u0002\u0003", "\u0001\u0002\u0003")]
    [InlineData("byte", "-128", -128L)]
    [InlineData("short", "32767", 32767L)]
    [InlineData("integer", "-2147483648", -2147483648L)]
    [InlineData("long", "9223372036854775807", long.MaxValue)]
    [InlineData("float", "1.0E10", 1e10)]
    [InlineData("float", "0.1", (double)0.1f)]
    [InlineData("double", "NaN", double.NaN)]
    [InlineData("double", "Infinity", double.PositiveInfinity)]
    [InlineData("double", "-Infinity", double.NegativeInfinity)]
    [InlineData("double", "inf", double.PositiveInfinity)]
    [InlineData("float", "-inf", double.NegativeInfinity)]
    [InlineData("boolean", "true", true)]
    [InlineData("boolean", "false", false)]
    [InlineData("date", "1970-01-02", 1L)]
    [InlineData("timestamp", "1970-01-01 00:00:01", 1_000_000L)]
    [InlineData("timestamp", "1970-01-01 00:00:00.123456", 123_456L)]
    [InlineData("timestamp", "1970-01-01T00:00:00.123456Z", 123_456L)]
    [InlineData("timestamp", "1970-01-01T00:00:00Z", 0L)]
    [InlineData("timestamp_ntz", "1970-01-01 00:00:00", 0L)]
    [InlineData("timestamp_ntz", "1969-12-31 23:59:59.999999", -1L)]
    public async Task Plan_ValueOfEachType_IsThatValue(string type, string text, object expected)
    {
        table.Commit(0, ProtocolWith("timestampNtz"), Metadata(Schema(("id", "long"), ("p", type)), ["p"]), Add("x", new Dictionary<string, string?> { ["p"] = text }));

        object? value = Assert.Single(await table.PlanAsync()).Constants["p"].Value;
        Assert.Equal(expected, value is byte[] bytes ? System.Text.Encoding.UTF8.GetString(bytes) : value);
    }

    [Theory]
    [InlineData("decimal(8,2)", "123.45", 12345)]
    [InlineData("decimal(8,2)", "5", 500)]
    [InlineData("decimal(8,2)", "-0.5", -50)]
    [InlineData("decimal(38,18)", "0E-18", 0)]
    public async Task Plan_DecimalHasFewerDigits_IsThatValue(string type, string text, int expected)
    {
        table.Commit(0, Protocol, Metadata(Schema(("id", "long"), ("p", type)), ["p"]), Add("x", new Dictionary<string, string?> { ["p"] = text }));

        Assert.Equal(new System.Numerics.BigInteger(expected), Assert.Single(await table.PlanAsync()).Constants["p"].Value);
    }

    /// <summary>"An empty string for any type translates to a null partition value."</summary>
    [Theory]
    [InlineData("string")]
    [InlineData("binary")]
    [InlineData("integer")]
    [InlineData("double")]
    [InlineData("decimal(8,2)")]
    [InlineData("boolean")]
    [InlineData("date")]
    [InlineData("timestamp")]
    public async Task Plan_ValueIsNullOrEmpty_IsNull(string type)
    {
        table.Commit(0, Protocol, Metadata(Schema(("id", "long"), ("p", type)), ["p"]),
            Add("x", new Dictionary<string, string?> { ["p"] = null }), Add("y", new Dictionary<string, string?> { ["p"] = "" }));

        Assert.All(await table.PlanAsync(), task => Assert.True(task.Constants["p"].IsNull));
    }

    /// <summary>"Partition values must be resolved by their physical names", whatever the column is called today.</summary>
    [Fact]
    public async Task Plan_PartitionColumnWasRenamed_HasItsValues()
    {
        table.Commit(0, ProtocolWith("columnMapping"), Metadata("""
            {"type":"struct","fields":[{"name":"new","type":"integer","nullable":true,"metadata":{"delta.columnMapping.id":1,"delta.columnMapping.physicalName":"col-1"}}]}
            """, ["new"], new Dictionary<string, string> { ["delta.columnMapping.mode"] = "name" }), Add("x", new Dictionary<string, string?> { ["col-1"] = "7" }));

        Assert.Equal(7L, Assert.Single(await table.PlanAsync()).Constants["new"].Value);
    }

    /// <summary>Text that was written before the column was widened ("Type Widening") is read in its type of today.</summary>
    [Theory]
    [InlineData("integer", "long", "7", 7L)]
    [InlineData("integer", "double", "7", 7.0)]
    [InlineData("date", "timestamp_ntz", "1970-01-02", 86_400_000_000L)]
    public async Task Plan_PartitionColumnWasWidened_HasItsValues(string from, string to, string text, object expected)
    {
        table.Commit(0, ProtocolWith("typeWidening", "timestampNtz"), Metadata($$$"""
            {"type":"struct","fields":[{"name":"p","type":"{{{to}}}","nullable":true,"metadata":{"delta.typeChanges":[{"fromType":"{{{from}}}","toType":"{{{to}}}"}]}}]}
            """, ["p"]), Add("x", new Dictionary<string, string?> { ["p"] = text }));

        Assert.Equal(expected, Assert.Single(await table.PlanAsync()).Constants["p"].Value);
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

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    public async Task Plan_LogHasLostByWhatTheTableIsPartitioned_ThrowsCorruptTable(string columns)
    {
        table.Commit(0, Protocol, Metadata(Schema(("id", "long"), ("p", "integer")), ["p"]).Replace("\"partitionColumns\":[\"p\"]", $"\"partitionColumns\":{columns}", StringComparison.Ordinal),
            Add("x", new Dictionary<string, string?> { ["p"] = "1" }));

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
