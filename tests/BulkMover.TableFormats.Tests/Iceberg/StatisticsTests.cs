using System.Text.Json.Nodes;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg;

/// <summary>
/// Statistics that are missing, truncated or broken lose no row (Iceberg spec, "Data File Fields": bounds are no values; Appendix D, "Binary
/// single-value serialization"). Each file has a row for each filter, and is planned.
/// </summary>
public sealed class StatisticsTests
{
    private const string Kept = "s3://lake/db/t/data/kept";

    /// <summary>Columns of <see cref="NewTable"/>: 1 id long, 2 name string, 4 d double, 5 b binary, 6 m decimal(9,2), 7 i int.</summary>
    [Theory]
    // A prefix is below all that begin with it; the next prefix is above ("truncate(16)" of metrics).
    [InlineData(2, "61616161616161616161616161616161", "61616161616161616161616161616162", "name = 'aaaaaaaaaaaaaaaaaaaaaaaa'")]
    [InlineData(2, "61616161616161616161616161616161", "61616161616161616161616161616162", "name > 'aaaaaaaaaaaaaaaaaaaaaaaa'")]
    [InlineData(2, "C3A4", "C3A5", "name like 'ä-with-more%'")]
    [InlineData(2, "61", "62", "not (name like 'a%')")]
    [InlineData(2, "", "", "name = ''")]
    [InlineData(2, "61", null, "name > 'zzz'")]
    [InlineData(2, null, "7A", "name < 'a'")]
    [InlineData(2, null, null, "name = 'a'")]
    [InlineData(1, "0100000000000000", null, "id = 9223372036854775807")]
    [InlineData(1, null, "0100000000000000", "id = -5")]
    // Bytes that are no value of the type bound nothing, on either side.
    [InlineData(1, "010203", "0900000000000000", "id = 5")]
    [InlineData(1, "", "", "id = 5")]
    [InlineData(1, "010000000000000009", "020000000000000009", "id = 5")]
    [InlineData(7, "0100000000000000", "0200000000000000", "i = 5")]
    [InlineData(6, "", "0102030405060708090A0B0C0D0E0F1011", "m = 1.00")]
    [InlineData(4, "0000", "000000", "d = 1.0")]
    // Written before int became long: four bytes.
    [InlineData(1, "01000000", "09000000", "id = 5")]
    // NaN has no place in the order; a bound that is one says nothing.
    [InlineData(4, "000000000000F87F", "000000000000F87F", "d = 1.0")]
    [InlineData(4, "000000000000F0BF", "000000000000F87F", "d > 1000.0")]
    [InlineData(4, "000000000000F87F", "000000000000F03F", "d < -1000.0")]
    [InlineData(4, "000000000000F03F", "0000000000000040", "not (d < 5.0)")]
    [InlineData(4, "000000000000F03F", "000000000000F03F", "d <> 1.0")]
    // Zeros of both signs are equal.
    [InlineData(4, "0000000000000000", "0000000000000040", "d = -0.0")]
    [InlineData(4, "00000000000000C0", "0000000000000080", "d >= 0.0")]
    public async Task Plan_BoundsOfAColumn_KeepEveryFileThatMayHaveARow(int column, string? lower, string? upper, string where)
    {
        TestTable table = NewTable().WithSnapshot(new TestManifest(new TestFile(Kept)
        {
            LowerBounds = Bounds(column, lower),
            UpperBounds = Bounds(column, upper),
        }));

        Assert.Equal(["kept"], await table.PlanNamesAsync(where));
    }

    // "write.metadata.metrics.default": none has nothing, counts has no bounds.
    [Theory]
    [InlineData(false, null, "id = 5")]
    [InlineData(false, null, "id is null")]
    [InlineData(false, null, "id is not null")]
    [InlineData(true, 3L, "id = 5")]
    [InlineData(true, 3L, "id is null")]
    [InlineData(true, 3L, "id is not null")]
    [InlineData(true, 0L, "id <> 5")]
    [InlineData(true, -1L, "id is null")]
    public async Task Plan_MetricsModeNoneOrCounts_KeepsEveryFileThatMayHaveARow(bool hasCounts, long? nulls, string where)
    {
        TestTable table = NewTable().WithSnapshot(new TestManifest(
            new TestFile(Kept) { NullCounts = hasCounts ? new Dictionary<int, long> { [1] = nulls!.Value } : [] }));

        Assert.Equal(["kept"], await table.PlanNamesAsync(where));
    }

    // "Manifest Lists", field_summary: bounds are optional, contains_nan is, and of a list without one entry a field nothing can be told.
    [Theory]
    [InlineData("long", 1, false, null, "0100000000000000", null, "id = 9")]
    [InlineData("long", 1, false, null, null, "0900000000000000", "id = 1")]
    [InlineData("long", 1, false, null, null, null, "id = 5")]
    [InlineData("long", 1, false, false, null, null, "id = 5")]
    [InlineData("long", 1, true, null, null, null, "id = 5")]
    [InlineData("long", 1, false, null, "010203", "09", "id = 5")]
    [InlineData("long", 1, false, null, "01000000", "09000000", "id = 5")]
    [InlineData("string", 2, false, false, "61616161616161616161616161616161", "61616161616161616161616161616162", "name = 'aaaaaaaaaaaaaaaaaaaaaaaa'")]
    [InlineData("double", 4, false, true, null, null, "not (d = 1.0)")]
    [InlineData("double", 4, true, true, null, null, "not (d = 1.0)")]
    [InlineData("double", 4, false, null, "000000000000F87F", "000000000000F87F", "d = 1.0")]
    [InlineData("double", 4, false, true, "000000000000F03F", "0000000000000040", "not (d < 5.0)")]
    public async Task Plan_SummaryOfAPartition_KeepsEveryManifestThatMayHaveARow(
        string type, int column, bool containsNull, bool? containsNaN, string? lower, string? upper, string where)
    {
        TestTable table = NewTable().WithSpec(0, $$"""{"source-id":{{column}},"field-id":1000,"name":"p","transform":"identity"}""");
        byte[] summary = TestManifest.Summary(containsNull, containsNaN, Hex(lower), Hex(upper));
        table.WithSnapshot(Manifest(type, [summary]));

        Assert.True(await IsReadAsync(table, where));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Plan_SummariesAreNotOneForEachField_KeepTheManifest(int count)
    {
        byte[] summary = TestManifest.Summary(false, false, Hex("6400000000000000"), Hex("6500000000000000"));
        TestTable table = NewTable().WithSpec(0, """{"source-id":1,"field-id":1000,"name":"p","transform":"identity"}""");
        table.WithSnapshot(Manifest("long", [.. Enumerable.Repeat(summary, count)]));

        Assert.True(await IsReadAsync(table, "id = 5"));
    }

    private static TestTable NewTable()
    {
        var table = new TestTable();
        table.Columns[0]!["required"] = false;
        foreach ((int id, string name, string type) in new[] { (4, "d", "double"), (5, "b", "binary"), (6, "m", "decimal(9,2)"), (7, "i", "int") })
            table.Columns.Add(JsonNode.Parse($$"""{"id":{{id}},"name":"{{name}}","required":false,"type":"{{type}}"}"""));
        return table;
    }

    private static async Task<bool> IsReadAsync(TestTable table, string where)
    {
        table.Store.Opened.Clear();
        await table.PlanAsync(where);
        return table.Store.Opened.Any(location => location.Name.StartsWith('m'));
    }

    private static TestManifest Manifest(string type, IReadOnlyList<byte[]> summaries) => new()
    {
        Summaries = summaries,
        PartitionFields = [$$"""{"name":"p","type":["null","{{type}}"],"field-id":1000}"""],
    };

    private static Dictionary<int, byte[]> Bounds(int column, string? hex) => hex is null ? [] : new() { [column] = Hex(hex)! };

    private static byte[]? Hex(string? hex) => hex is null ? null : Convert.FromHexString(hex);
}
