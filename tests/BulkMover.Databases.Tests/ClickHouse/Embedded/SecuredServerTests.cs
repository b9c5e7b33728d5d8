using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Embedded;

public sealed class SecuredServerTests(SecuredClickHouseServerFixture server) : IClassFixture<SecuredClickHouseServerFixture>
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Query_UserOfTheConfiguration_IsInTheServersTimeZone() =>
        Assert.Equal($"mover\t{SecuredClickHouseServerFixture.TimeZone}\n", await server.QueryAsync("SELECT currentUser(), timezone()", Stopping));

    [Fact]
    public async Task Query_NoPassword_IsRefused()
    {
        using var http = new HttpClient { DefaultRequestHeaders = { ConnectionClose = true } };
        using HttpResponseMessage answer = await http.GetAsync(new Uri(server.Endpoint, "?query=SELECT%201&user=mover"), Stopping);
        Assert.False(answer.IsSuccessStatusCode);
    }
}
