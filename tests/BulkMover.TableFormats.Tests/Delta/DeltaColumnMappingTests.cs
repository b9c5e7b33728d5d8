using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>PROTOCOL.md, "Reader Requirements for Column Mapping".</summary>
public sealed class DeltaColumnMappingTests : IDisposable
{
    private const string Version1 = """{"protocol":{"minReaderVersion":1,"minWriterVersion":5}}""";
    private const string Version2 = """{"protocol":{"minReaderVersion":2,"minWriterVersion":5}}""";

    // The example of the protocol, its column renamed to "items" and the field inside to "day".
    private const string Nested = """
        {"type":"struct","fields":[{"name":"items","nullable":true,
          "metadata":{"delta.columnMapping.id":4,"delta.columnMapping.physicalName":"col-5f422f40"},
          "type":{"type":"array","containsNull":true,"elementType":{"type":"struct","fields":[{"name":"day","type":"integer","nullable":false,
            "metadata":{"delta.columnMapping.id":5,"delta.columnMapping.physicalName":"col-a7f4159c"}}]}}}]}
        """;

    private readonly DeltaFolder table = new();

    [Theory]
    [InlineData("name", false)]
    [InlineData("NAME", false)]
    [InlineData("id", false)]
    [InlineData("name", true)]
    [InlineData("id", true)]
    public async Task Open_TableIsMapped_ShowsDisplayNamesAndKeepsPhysicalOnesAtEveryLevel(string mode, bool asFeature)
    {
        table.Commit(0, asFeature ? ProtocolWith("columnMapping") : Version2, Mapped(mode, Nested));

        ITableSnapshot snapshot = await table.SnapshotAsync();
        Field column = Assert.Single(snapshot.Schema.FieldsList);
        Field member = Assert.Single(((StructType)((ListType)column.DataType).ValueDataType).Fields);
        Assert.Equal((("items", "col-5f422f40"), ("day", "col-a7f4159c")),
            ((column.Name, column.PhysicalName()), (member.Name, member.PhysicalName())));
        Assert.Equal(FeatureState.Read, Assert.Single(snapshot.Features).State);
    }

    [Fact]
    public async Task Open_ModeIsId_MatchesByTheIdsOfTheSchema()
    {
        table.Commit(0, Version2, Mapped("id", Nested));

        ITableSnapshot snapshot = await table.SnapshotAsync();
        Field column = snapshot.Schema.FieldsList[0];
        Assert.Equal(ColumnMatching.WrittenFieldId, snapshot.Matching);
        Assert.Equal(4, column.FieldId());
        Assert.Equal(5, ((StructType)((ListType)column.DataType).ValueDataType).Fields[0].FieldId());
    }

    /// <summary>"Column ids are not used in this mode for resolution purposes."</summary>
    [Fact]
    public async Task Open_ModeIsName_DoesNotUseIds()
    {
        table.Commit(0, Version2, Mapped("name", Columns(("a", "long", "x", null))));

        ITableSnapshot snapshot = await table.SnapshotAsync();
        Assert.Equal(ColumnMatching.Name, snapshot.Matching);
        Assert.Null(snapshot.Schema.FieldsList[0].FieldId());
    }

    /// <summary>"In none mode, or if the table property is not present, readers must read the parquet files by using the display names."</summary>
    [Theory]
    [InlineData(Version2, "none")]
    [InlineData(Version2, null)]
    [InlineData(Version1, "name")]
    [InlineData(Version1, "tomorrow")]
    public async Task Open_MappingIsOff_IgnoresTheMetadataOfFields(string protocol, string? mode)
    {
        table.Commit(0, protocol, Mapped(mode, Columns(("a", "long", "x", 1))),
            Add("small", stats: """{"numRecords":1,"maxValues":{"a":1,"x":9}}"""));

        ITableSnapshot snapshot = await table.SnapshotAsync();
        Assert.Equal((ColumnMatching.Name, "a"), (snapshot.Matching, snapshot.Schema.FieldsList[0].PhysicalName()));
        Assert.Null(snapshot.Schema.FieldsList[0].FieldId());
        Assert.Equal("", await table.FilesAsync(where: Above("a", 5)));
    }

    [Fact]
    public async Task Plan_ModeIsOfTomorrow_IsRefusedByName()
    {
        table.Commit(0, Version2, Mapped("position", Columns(("a", "long", "x", 1))));

        UnsupportedFeatureException error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => table.PlanAsync());
        Assert.Contains("columnMapping", error.Message, StringComparison.Ordinal);
        Assert.Contains("'position'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("id")]
    public async Task Plan_PartitionValues_AreFoundByPhysicalNameOnly(string mode)
    {
        // The two partition columns have swapped names since the file was written.
        table.Commit(0, Version2, Mapped(mode, Columns(("a", "integer", "b", 1), ("b", "integer", "a", 2)), "a", "b"),
            Add("f", new Dictionary<string, string?> { ["a"] = "1", ["b"] = "2" }));

        IReadOnlyDictionary<string, Scalar> constants = Assert.Single(await table.PlanAsync()).Constants;
        Assert.Equal((2L, 1L), (constants["a"].Value, constants["b"].Value));
        Assert.Equal("", await table.FilesAsync(where: Above("b", 1)));
    }

    [Fact]
    public async Task Plan_PartitionValueHasTheDisplayName_ThrowsCorruptTable()
    {
        table.Commit(0, Version2, Mapped("name", Columns(("p", "integer", "col-1", 1)), "p"), Add("f", new Dictionary<string, string?> { ["p"] = "1" }));

        Assert.Equal("delta.action_broken", (await Assert.ThrowsAsync<CorruptTableException>(() => table.PlanAsync())).Code);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("id")]
    public async Task Plan_Statistics_AreFoundByPhysicalNameOnly(string mode)
    {
        table.Commit(0, Version2, Mapped(mode, Columns(("a", "long", "b", 1), ("b", "long", "a", 2))),
            Add("f", stats: """{"numRecords":2,"minValues":{"a":1,"b":11},"maxValues":{"a":9,"b":19},"nullCount":{"a":0,"b":1}}"""));

        Assert.Equal("f", await table.FilesAsync(where: Above("a", 10)));
        Assert.Equal("", await table.FilesAsync(where: Above("b", 10)));
        Assert.Equal("f", await table.FilesAsync(where: _ => new Filter.IsNull("a")));
        Assert.Equal("", await table.FilesAsync(where: _ => new Filter.IsNull("b")));
    }

    [Fact]
    public async Task Plan_StatisticsAsStruct_AreFoundByPhysicalNameOnly()
    {
        table.Checkpoint(1, [.. CheckpointRow.State(), new CheckpointRow { AddPath = "f", ParsedStats = CheckpointStatistics.OfId(3, 1, 9) }]);
        table.Commit(2, Version2, Mapped("name", Columns(("renamed", "long", "id", 1), ("id", "long", "col-2", 2))));

        Assert.Equal("", await table.FilesAsync(where: Above("renamed", 9)));
        Assert.Equal("f", await table.FilesAsync(where: Above("id", 9)));
    }

    [Fact]
    public async Task Plan_ColumnWasDroppedAndAddedAgain_StatisticsOfTheOldOneDoNotCount()
    {
        table.Commit(0, Version2, Mapped("name", Columns(("a", "long", "a", 1), ("k", "long", "k", 2))),
            Add("f", stats: """{"numRecords":2,"minValues":{"a":1},"maxValues":{"a":9},"nullCount":{"a":0}}"""));
        table.Commit(1, Mapped("name", Columns(("k", "long", "k", 2))));
        table.Commit(2, Mapped("name", Columns(("k", "long", "k", 2), ("a", "long", "col-3", 3))));

        // All rows of the file have a null in the new column.
        Assert.Equal("f", await table.FilesAsync(where: _ => new Filter.IsNull("a")));
        Assert.Equal("", await table.FilesAsync("0", where: _ => new Filter.IsNull("a")));
    }

    [Theory]
    [InlineData("name", "{}")]
    [InlineData("id", """{"delta.columnMapping.physicalName":"x"}""")]
    [InlineData("id", """{"delta.columnMapping.id":1}""")]
    [InlineData("id", """{"delta.columnMapping.id":"1","delta.columnMapping.physicalName":"x"}""")]
    [InlineData("id", """{"delta.columnMapping.id":4294967296,"delta.columnMapping.physicalName":"x"}""")]
    public async Task Open_FieldLacksWhatTheModeNeeds_ThrowsCorruptTable(string mode, string metadata)
    {
        table.Commit(0, Version2, Mapped(mode, $$$"""{"type":"struct","fields":[{"name":"a","type":"long","nullable":true,"metadata":{{{metadata}}}}]}"""));

        Assert.Equal("delta.schema_broken", (await Assert.ThrowsAsync<CorruptTableException>(() => table.SnapshotAsync())).Code);
    }

    [Theory]
    [InlineData("name", "x", "x", 1, 2)]
    [InlineData("id", "x", "y", 1, 1)]
    public async Task Open_TwoFieldsShareNameOrId_ThrowsCorruptTable(string mode, string firstName, string secondName, int firstId, int secondId)
    {
        table.Commit(0, Version2, Mapped(mode, Columns(("a", "long", firstName, firstId), ("b", "long", secondName, secondId))));

        Assert.Equal("delta.schema_broken", (await Assert.ThrowsAsync<CorruptTableException>(() => table.SnapshotAsync())).Code);
    }

    public void Dispose() => table.Dispose();

    private static string Mapped(string? mode, string schema, params string[] partitionColumns) =>
        Metadata(schema, partitionColumns, mode is null ? null : new Dictionary<string, string> { ["delta.columnMapping.mode"] = mode });

    private static string Columns(params (string Name, string Type, string PhysicalName, int? Id)[] columns)
    {
        var fields = new StringBuilder();
        foreach ((string name, string type, string physicalName, int? id) in columns)
        {
            fields.Append(fields.Length == 0 ? "" : ",").Append($$"""
                {"name":"{{name}}","type":"{{type}}","nullable":true,"metadata":{"delta.columnMapping.physicalName":"{{physicalName}}"
                """);
            fields.Append(id is null ? "}}" : $",\"delta.columnMapping.id\":{id}}}}}");
        }

        return $$"""{"type":"struct","fields":[{{fields}}]}""";
    }

    private static Func<ITableSnapshot, Filter> Above(string column, long value) => snapshot =>
        new Filter.Comparison(column, ComparisonOperator.Greater, new Scalar(snapshot.Schema.GetFieldByName(column).DataType, value));
}
