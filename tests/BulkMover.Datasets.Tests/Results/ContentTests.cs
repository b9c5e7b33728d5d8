using BulkMover.Testing.ClickHouse;
using BulkMover.Throughput.Copies;
using Xunit;

namespace BulkMover.Datasets.Tests.Results;

/// <summary>By what runs are held to have given the same table.</summary>
public sealed class ContentTests(ClickHouseServerFixture clickHouse)
{
    private const string Rows = "SELECT 1 AS id, NULL::Nullable(Int64) AS a, [1, NULL]::Array(Nullable(Int64)) AS b UNION ALL SELECT 2, 0, [NULL, 1]";

    [Fact]
    public async Task Content_SameRowsInAnotherOrder_IsTheSame()
    {
        string content = await ContentAsync($"SELECT * FROM ({Rows}) ORDER BY id");
        Assert.Equal(content, await ContentAsync($"SELECT * FROM ({Rows}) ORDER BY id DESC"));
        Assert.StartsWith("2\t", content, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("if(id = 1, 3, id) AS id, a, b")]
    [InlineData("id, ifNull(a, 0)::Nullable(Int64) AS a, b")]
    [InlineData("id, nullIf(a, 0) AS a, b")]
    [InlineData("id, a, arrayReverse(b) AS b")]
    public async Task Content_AValueIsAnotherOne_Differs(string columns) =>
        Assert.NotEqual(await ContentAsync($"SELECT * FROM ({Rows})"), await ContentAsync($"SELECT {columns} FROM ({Rows})"));

    private Task<string> ContentAsync(string query) => clickHouse.QueryAsync(FreshServers.ContentOf($"({query})"), TestContext.Current.CancellationToken);
}
