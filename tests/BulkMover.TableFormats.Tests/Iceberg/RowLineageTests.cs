using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using Xunit;
using static BulkMover.TableFormats.Tests.Iceberg.DeleteTable;

namespace BulkMover.TableFormats.Tests.Iceberg;

/// <summary>Iceberg spec, "Row Lineage" and "First Row ID Inheritance".</summary>
public sealed class RowLineageTests
{
    private const string Id = "_row_id";
    private const string Number = "_last_updated_sequence_number";

    private readonly TestTable table = new();

    public RowLineageTests() => table.Metadata["format-version"] = 3;

    /// <summary>The table of "Row lineage example": 25 existing rows with an id, then 50 and 50 added ones.</summary>
    [Fact]
    public async Task Plan_ExampleOfTheSpecification_GivesTheFilesItsRowIds()
    {
        table.WithSnapshot(new TestManifest(
            new TestFile($"{Data}/data1") { Status = 0, Rows = 25, FirstRowId = 800, SequenceNumber = 3 },
            new TestFile($"{Data}/data2") { Rows = 50 },
            new TestFile($"{Data}/data3") { Rows = 50 })
        { FirstRowId = 1000, SequenceNumber = 9 });

        Assert.Equal(
            [(800, 3), (1000, 9), (1050, 9)],
            (await table.PlanAsync()).Select(task => ((int)task.FirstRowId!, (int)task.LastChange!)));
    }

    /// <summary>"Any null first_row_id must be assigned via inheritance, even if the data file is existing."</summary>
    [Fact]
    public async Task Plan_ExistingFileWithoutFirstRowId_InheritsOne()
    {
        table.WithSnapshot(
            new TestManifest(new TestFile($"{Data}/a") { Status = 0, Rows = 5, SequenceNumber = 2 }) { FirstRowId = 10 },
            new TestManifest(new TestFile($"{Data}/b") { Rows = 5 }) { FirstRowId = 15 });

        Assert.Equal([10L, 15L], (await table.PlanAsync()).Select(task => task.FirstRowId!.Value));
    }

    /// <summary>A manifest's range has room for added and existing rows; deleted entries take nothing of it.</summary>
    [Fact]
    public async Task Plan_DeletedEntryWithoutFirstRowId_TakesNoIds()
    {
        table.WithSnapshot(new TestManifest(
            new TestFile($"{Data}/gone") { Status = 2, Rows = 40, SequenceNumber = 2 }, new TestFile($"{Data}/a") { Rows = 5 }) { FirstRowId = 10 });

        Assert.Equal(10L, Assert.Single(await table.PlanAsync()).FirstRowId);
    }

    [Fact]
    public async Task Plan_FilterRulesFilesOut_TheirRowsAreCounted()
    {
        TestFile Bounded(string name, byte value) => new($"{Data}/{name}")
        {
            Rows = 5, LowerBounds = new Dictionary<int, byte[]> { [1] = [value, 0, 0, 0, 0, 0, 0, 0] }, UpperBounds = new Dictionary<int, byte[]> { [1] = [value, 0, 0, 0, 0, 0, 0, 0] },
        };
        table.WithSnapshot(new TestManifest(Bounded("a", 1), Bounded("b", 2)) { FirstRowId = 10 });

        Assert.Equal(15L, Assert.Single(await table.PlanAsync("id = 2")).FirstRowId);
    }

    /// <summary>"Row Lineage for Upgraded Tables": without first row id, ids are null; sequence numbers are inherited all the same.</summary>
    [Fact]
    public async Task Read_SnapshotFromBeforeTheUpgrade_HasNullIdsAndSequenceNumbers()
    {
        table.WithSnapshot(new TestManifest(table.DataFile("a", (1, "a"))));

        Assert.Equal(["1,null,5"], await table.ReadAsync(["id", Id, Number]));
    }

    /// <summary>"When null, a row's _row_id is assigned to the first_row_id from its data file plus the row position in that data file."</summary>
    [Fact]
    public async Task Read_FileWithoutLineageColumns_InheritsByPositionAlsoAfterDeletes()
    {
        table.WithSnapshot(
            new TestManifest(table.DataFile("a", (1, "a"), (2, "b"), (3, "c"))) { FirstRowId = 100 },
            new TestManifest(table.PositionDeletes("p", 6, ($"{Data}/a", 0)), table.NameDeletes("e", 6, "b")) { Content = 1 });

        Assert.Equal(["3,102,5"], await table.ReadAsync(["id", Id, Number]));
    }

    [Fact]
    public async Task Read_FileWithLineageColumns_KeepsThemAndInheritsWhereTheyAreNull()
    {
        TestFile file = table.DataFile("a", 3,
            (Column("id", 1, Int64Type.Default), Longs([1, 2, 3])),
            (Column(Id, 2147483540, Int64Type.Default), new Apache.Arrow.Int64Array.Builder().Append(7).AppendNull().Append(9).Build()),
            (Column(Number, 2147483539, Int64Type.Default), new Apache.Arrow.Int64Array.Builder().Append(2).Append(3).AppendNull().Build()));
        table.WithSnapshot(new TestManifest(file) { FirstRowId = 100 });

        Assert.Equal(["1,7,2", "2,101,3", "3,9,5"], await table.ReadAsync(["id", Id, Number]));
        // The file's own statistics know nothing of the inherited id.
        Assert.Equal(["7", "101", "9"], await table.ReadAsync([Id], "_row_id > 50"));
    }

    [Fact]
    public async Task Read_FilterByWhatIsInherited_ReadsOnlyFilesThatMayMatch()
    {
        table.WithSnapshot(new TestManifest(table.DataFile("a", (1, "a"), (2, "b"), (3, "c")), table.DataFile("b", (4, "d"))) { FirstRowId = 100 });

        Assert.Equal(["4,103"], await table.ReadAsync(["id"], "_row_id = 103"));
        Assert.Equal(4, (await table.ReadAsync([Id], "_last_updated_sequence_number = 5")).Length);
        Assert.Empty(await table.ReadAsync([Id], "_last_updated_sequence_number < 5"));
    }

    [Fact]
    public async Task Open_Star_DoesNotHaveLineageColumns()
    {
        table.WithSnapshot(new TestManifest(table.DataFile("a", (1, "a"))) { FirstRowId = 100 });
        var snapshot = await table.OpenSnapshotAsync();

        Assert.Equal(["id", "name", "at"], new Scan(snapshot, null, null).OutputSchema.FieldsList.Select(field => field.Name));
        Assert.Contains("_row_id, _last_updated_sequence_number",
            Assert.Throws<InvalidInputException>(() => new Scan(snapshot, ["row_id"], null)).Message, StringComparison.Ordinal);
    }

    /// <summary>Only ids are reserved, not names: what the schema shows is what its name means.</summary>
    [Fact]
    public async Task Read_TableHasAColumnOfThatName_ReadsTheTables()
    {
        table.Columns[1]!["name"] = Id;
        table.WithSnapshot(new TestManifest(table.DataFile("a", (1, "mine"))) { FirstRowId = 100 });

        Assert.Equal(["1,mine"], await table.ReadAsync(["id", Id]));
    }

    [Fact]
    public async Task Open_Version2_HasNoLineageColumns()
    {
        table.Metadata["format-version"] = 2;
        table.WithSnapshot(new TestManifest(table.DataFile("a", (1, "a"))));

        await Assert.ThrowsAsync<InvalidInputException>(() => table.ReadAsync([Id]));
    }

    [Theory]
    [InlineData(-1L, null)]
    [InlineData(null, -1L)]
    [InlineData(null, long.MaxValue)]
    public async Task Plan_RowIdsThatCannotBe_ThrowCorruptTable(long? ofFile, long? ofManifest)
    {
        table.WithSnapshot(new TestManifest(new TestFile($"{Data}/a") { FirstRowId = ofFile }) { FirstRowId = ofManifest });

        await Assert.ThrowsAsync<CorruptTableException>(() => table.PlanAsync());
    }
}
