using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Connections;

public sealed class SecuredServerClientTests(SecuredClickHouseServerFixture server) : IClassFixture<SecuredClickHouseServerFixture>
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Select_RightPassword_IsThatUser()
    {
        using var client = new ServerClient(new ServerEndpoint(server.Endpoint, server.User, server.Password));
        Assert.Equal([[server.User]], await client.SelectAsync("SELECT currentUser()", Stopping));
    }

    [Theory]
    [InlineData("mover", "wrong")]
    [InlineData("mover", "")]
    [InlineData("nobody", "p@ss:w/ord%")]
    public async Task Select_WrongCredentials_SaysSoAndKeepsThemSecret(string user, string password)
    {
        using var client = new ServerClient(new ServerEndpoint(server.Endpoint, user, password));
        var error = await Assert.ThrowsAsync<TargetException>(() => client.SelectAsync("SELECT 1", Stopping));
        Assert.Equal("clickhouse.authentication", error.Code);
        Assert.Contains("BULKMOVER_CLICKHOUSE_PASSWORD", error.Message, StringComparison.Ordinal);
        Assert.True(password.Length == 0 || !error.ToString().Contains(password, StringComparison.Ordinal));
        Assert.DoesNotContain(server.Password, client.Endpoint.ToString(), StringComparison.Ordinal);
    }
}
