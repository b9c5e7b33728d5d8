using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Testing.Deletes;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>Rows that the table has deleted, by their number in the file or by their values.</summary>
public sealed class DeletedRowsTests
{
    private static readonly Schema Columns = new([Field("id", Int64Type.Default, id: 1), Field("key", Int64Type.Default, id: 2)], null);
    private static readonly Schema OnlyId = new([Columns.FieldsList[0]], null);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(8 * 1024 * 1024)]
    public async Task ReadNext_PositionsInSeveralRowGroupsAndBatches_AreCountedFromTheFilesFirstRow(int smallBytes)
    {
        using ParquetTestFile file = ThreeRowGroups(smallBytes);
        file.Deletes = new Positions(0, 3, 9, 10, 29);

        Assert.Equal(Enumerable.Range(0, 30).Where(id => id is not (0 or 3 or 9 or 10 or 29)).Select(Line), await file.ReadAsync(OnlyId));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8 * 1024 * 1024)]
    public async Task ReadNext_FilterRulesRowGroupsOut_PositionsStillCountAllRowsOfTheFile(int smallBytes)
    {
        using ParquetTestFile file = ThreeRowGroups(smallBytes);
        file.Deletes = new Positions(1, 21);
        Filter where = IdIs(ComparisonOperator.GreaterOrEqual, 20);

        string[] lines = await file.ReadAsync(OnlyId, where: where);

        // Readers prune whole row groups only; the filter itself comes later.
        Assert.Equal(Enumerable.Range(20, 10).Where(id => id != 21).Select(Line), lines);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8 * 1024 * 1024)]
    public async Task ReadNext_FilterLeavesAGapBetweenRowGroups_PositionsStillFit(int smallBytes)
    {
        using ParquetTestFile file = ThreeRowGroups(smallBytes);
        file.Deletes = new Positions(2, 22);
        Filter where = new Filter.Or(IdIs(ComparisonOperator.Less, 10), IdIs(ComparisonOperator.GreaterOrEqual, 20));

        string[] lines = await file.ReadAsync(OnlyId, where: where);

        Assert.Equal(
            Enumerable.Range(0, 30).Where(id => id is not (2 or 22) and (< 10 or >= 20)).Select(Line),
            lines.Where(line => int.Parse(line[6..^1], System.Globalization.CultureInfo.InvariantCulture) is < 10 or >= 20));
        Assert.DoesNotContain(Line(2), lines);
        Assert.DoesNotContain(Line(22), lines);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8 * 1024 * 1024)]
    public async Task ReadNext_KeyColumnIsNotWanted_IsReadAndLeftOut(int smallBytes)
    {
        using ParquetTestFile file = ThreeRowGroups(smallBytes);
        file.Deletes = new KeyIs(Columns.FieldsList[1], 1005);

        Assert.Equal(Enumerable.Range(0, 30).Where(id => id != 5).Select(Line), await file.ReadAsync(OnlyId));
    }

    [Fact]
    public async Task ReadNext_AllRowsAreDeleted_GivesEmptyBatchesAndCountsThem()
    {
        using ParquetTestFile file = ThreeRowGroups(0);
        file.Deletes = new Positions([.. Enumerable.Range(0, 30).Select(row => (long)row)]);
        await foreach (IRowGroupScan scan in file.ScansAsync(OnlyId))
        {
            using (scan)
            {
                await scan.FetchAsync(Cancellation);
                while (scan.ReadNext(Cancellation) is { } batch)
                {
                    using (batch)
                        Assert.Equal(0, batch.Length);
                }

                Assert.Equal(scan.Rows, scan.DeletedRows);
            }
        }
    }

    [Fact]
    public async Task ReadNext_NoColumnIsInTheFile_ConstantsStayForTheRowsThatStay()
    {
        using ParquetTestFile file = ThreeRowGroups(0);
        file.Deletes = new Positions(0, 1, 2, 3);
        var missing = new Schema([Field("day", Int64Type.Default)], null);

        Assert.Equal(26, (await file.ReadAsync(missing)).Length);
    }

    [Fact]
    public void OpenBytes_OfAFileWithDeletes_CountsThem()
    {
        using ParquetTestFile file = ThreeRowGroups(0);
        long without = file.OpenBytes(Columns);
        file.Deletes = new Positions(1);

        // And the page index, which tells what pages have only deleted rows: this small file has no larger one than itself.
        Assert.Equal(without + new FileInfo(file.Path).Length + file.Deletes.Bytes, file.OpenBytes(Columns));
    }

    /// <summary>Ids 0 to 29 in groups of ten, keys from 1000, batches of four rows.</summary>
    private static ParquetTestFile ThreeRowGroups(int smallBytes) =>
        new ParquetTestFile { Options = new() { SmallBytes = smallBytes, BatchRows = 4 } }
            .Write(Columns, [.. Enumerable.Range(0, 3).Select(group => new[] { Numbers(group * 10), Numbers((group * 10) + 1000) })]);

    private static Filter IdIs(ComparisonOperator comparison, long value) => new Filter.Comparison("id", comparison, new(Int64Type.Default, value));

    private static IArrowArray Numbers(int first) => new Int64Array.Builder().AppendRange(Enumerable.Range(first, 10).Select(number => (long)number)).Build();

    private static string Line(int id) => $$"""{"id":{{id}}}""";
}
