using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>What rows inherit from their file: Iceberg spec, "Row Lineage"; Delta PROTOCOL.md, "Row Tracking".</summary>
public sealed class RowLineageTests
{
    private static readonly Field Id = Field("id", Int64Type.Default, id: 1);
    private static readonly Field RowId = Field("r", Int64Type.Default, id: 9).WithRowMetadata(RowMetadata.RowId);
    private static readonly Field Version = Field("v", Int64Type.Default, id: 8).WithRowMetadata(RowMetadata.LastChange);

    [Theory]
    [InlineData(0)]
    [InlineData(8 * 1024 * 1024)]
    public async Task ReadNext_SeveralRowGroupsAndBatches_CountsFromTheFilesFirstRow(int smallBytes)
    {
        using ParquetTestFile file = ThreeRowGroups(smallBytes);

        Assert.Equal(Enumerable.Range(0, 30).Select(id => $$"""{"id":{{id}},"r":{{100 + id}},"v":4}"""), await file.ReadAsync(new Schema([Id, RowId, Version], null)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8 * 1024 * 1024)]
    public async Task ReadNext_FilterRulesRowGroupsOut_TheirRowsAreCounted(int smallBytes)
    {
        using ParquetTestFile file = ThreeRowGroups(smallBytes);
        Filter where = new Filter.Or(Is("id", ComparisonOperator.Less, 10), Is("id", ComparisonOperator.GreaterOrEqual, 20));

        string[] lines = await file.ReadAsync(new Schema([Id, RowId], null), where: where);

        Assert.Equal(["""{"id":0,"r":100}""", """{"id":29,"r":129}"""], [lines[0], lines[^1]]);
        Assert.Contains("""{"id":20,"r":120}""", lines);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8 * 1024 * 1024)]
    public async Task ReadNext_FilterByRowId_RulesRowGroupsOut(int smallBytes)
    {
        using ParquetTestFile file = ThreeRowGroups(smallBytes);

        string[] lines = await file.ReadAsync(new Schema([RowId], null), where: Is("r", ComparisonOperator.Equal, 115));

        Assert.Equal(Enumerable.Range(110, 10).Select(id => $$"""{"r":{{id}}}"""), lines);
        Assert.Empty(await file.ReadAsync(new Schema([RowId, Version], null), where: Is("v", ComparisonOperator.Greater, 4)));
    }

    [Fact]
    public async Task ReadNext_NothingIsInherited_IsNull()
    {
        using ParquetTestFile file = ThreeRowGroups(0);
        (file.FirstRowId, file.LastChange) = (null, null);

        Assert.Equal(30, (await file.ReadAsync(new Schema([RowId, Version], null))).Count(line => line == """{"r":null,"v":null}"""));
        Assert.Empty(await file.ReadAsync(new Schema([RowId], null), where: Is("r", ComparisonOperator.GreaterOrEqual, 0)));
        Assert.Equal(30, (await file.ReadAsync(new Schema([RowId], null), where: new Filter.IsNull("r"))).Length);
    }

    /// <summary>Also where rows were ruled out by the file's own statistics, which leave out what is inherited.</summary>
    [Fact]
    public async Task ReadNext_FileHasValuesOfItsOwn_InheritsWhereTheyAreNull()
    {
        var schema = new Schema([Id, Field("r", Int64Type.Default, id: 9)], null);
        using ParquetTestFile file = new ParquetTestFile { FirstRowId = 100 }.Write(schema, [ArrayOf(Int64Type.Default, 1L, 2L, 3L), ArrayOf(Int64Type.Default, 7L, null, 9L)]);
        var wanted = new Schema([Id, RowId], null);

        string[] expected = ["""{"id":1,"r":7}""", """{"id":2,"r":101}""", """{"id":3,"r":9}"""];
        Assert.Equal(expected, await file.ReadAsync(wanted, ColumnMatching.FieldId));
        Assert.Equal(expected, await file.ReadAsync(wanted, ColumnMatching.FieldId, where: Is("r", ComparisonOperator.Equal, 101)));
        Assert.Equal(expected, await file.ReadAsync(wanted, ColumnMatching.FieldId, where: new Filter.Not(new Filter.IsNull("r"))));
    }

    private static Filter Is(string column, ComparisonOperator comparison, long value) => new Filter.Comparison(column, comparison, new(Int64Type.Default, value));

    /// <summary>Ids 0 to 29 in groups of ten, in batches of four rows.</summary>
    private static ParquetTestFile ThreeRowGroups(int smallBytes) =>
        new ParquetTestFile { Options = new() { SmallBytes = smallBytes, BatchRows = 4 }, FirstRowId = 100, LastChange = 4 }.Write(new Schema([Id], null),
            [.. Enumerable.Range(0, 3).Select(group => new[] { ArrayOf(Int64Type.Default, [.. Enumerable.Range(group * 10, 10).Select(id => (object)(long)id)]) })]);
}
