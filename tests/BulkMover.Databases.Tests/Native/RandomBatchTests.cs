using Apache.Arrow;
using BulkMover.Testing.ClickHouse;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace BulkMover.Databases.Tests.Native;

/// <summary>Columns of random nested types: what the server says it has is what the generator made.</summary>
public sealed class RandomBatchTests(ClickHouseServerFixture server)
{
    private const string Select = """
        SELECT v FROM {table} FORMAT JSONCompactEachRow
        SETTINGS output_format_json_quote_decimals = 1, output_format_json_quote_64bit_integers = 1, output_format_decimal_trailing_zeros = 1
        """;

    private static readonly Config Config = FsCheck.Config.QuickThrowOnFailure.WithMaxTest(150).WithEndSize(1_000_000_000);

    [Fact]
    public void RoundTrip_AnyNestedColumn_ArrivesAsItIs() => Check.One(Config, Prop.ForAll<int>(seed => ArrivesAsync(new RandomColumn(seed), before: 0)));

    [Fact]
    public void RoundTrip_AnySliceOfNestedColumn_ArrivesAsItIs() => Check.One(Config, Prop.ForAll<int>(seed => ArrivesAsync(new RandomColumn(seed), before: 3)));

    private async Task ArrivesAsync(RandomColumn column, int before)
    {
        var arrays = new ModelArrays();
        IArrowArray array = before == 0 ? arrays.Array(column.Field, column.Values) : arrays.Sliced(column.Field, column.Values, before, before);
        var batch = new RecordBatch(new Schema([column.Field], null), [array], array.Length);
        string json = await new NativeTarget(server).RoundTripAsync(batch, Select, TestContext.Current.CancellationToken);
        string[] rows = json.Replace(", ", ",", StringComparison.Ordinal).Replace(": ", ":", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(column.Json.Select(value => $"[{value}]"), rows);
    }
}
