using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse;

public sealed class ClickHouseAddressTests
{
    [Theory]
    [InlineData("clickhouse://host/db/t", "http://host:8123/", "default", "db", "t")]
    [InlineData("clickhouses://host/db/t", "https://host:8443/", "default", "db", "t")]
    [InlineData("ClickHouse://bob@10.0.0.1:9999/db/t", "http://10.0.0.1:9999/", "bob", "db", "t")]
    [InlineData("clickhouse://a%40b%3Ac@[::1]:1234/my%20db/a%2Fb%3F%60%25", "http://[::1]:1234/", "a@b:c", "my db", "a/b?`%")]
    [InlineData("clickhouse://a@b@host/ü/日本.tab'\"#", "http://host:8123/", "a@b", "ü", "日本.tab'\"#")]
    public void Parse_Server_GivesItsParts(string text, string server, string user, string database, string table)
    {
        ClickHouseAddress address = ClickHouseAddress.Parse(text);
        Assert.Equal(new Uri(server), address.Server);
        Assert.Equal(user, address.User);
        Assert.Equal(new TableName(database, table), address.Table);
        Assert.Null(address.Directory);
        Assert.Equal(address, ClickHouseAddress.Parse(address.ToString()));
    }

    [Theory]
    [InlineData("clickhouse+embedded:data?table=t", "data", "default", "t")]
    [InlineData("clickhouse+embedded:/my data/ü%20%3F?table=db.my.table", "/my data/ü ?", "db", "my.table")]
    [InlineData("clickhouse+embedded:../x?table=a%2Eb.c%26d", "../x", "a.b", "c&d")]
    public void Parse_Embedded_GivesItsParts(string text, string directory, string database, string table)
    {
        ClickHouseAddress address = ClickHouseAddress.Parse(text);
        Assert.Equal(Path.GetFullPath(directory), address.Directory);
        Assert.Equal(new TableName(database, table), address.Table);
        Assert.Null(address.Server);
        Assert.Equal(address, ClickHouseAddress.Parse(address.ToString()));
    }

    [Theory]
    [InlineData("clickhouse://host")]
    [InlineData("clickhouse://host/db")]
    [InlineData("clickhouse://host/db/")]
    [InlineData("clickhouse://host//t")]
    [InlineData("clickhouse://host/db/t/x")]
    [InlineData("clickhouse://host/db/t?user=me")]
    [InlineData("clickhouse://host:0/db/t")]
    [InlineData("clickhouse://host:65536/db/t")]
    [InlineData("clickhouse://host:x/db/t")]
    [InlineData("clickhouse:///db/t")]
    [InlineData("clickhouse://ho st/db/t")]
    [InlineData("clickhouse://@host/db/t")]
    [InlineData("clickhouse://host/db/t%00")]
    [InlineData("clickhouse+embedded:?table=t")]
    [InlineData("clickhouse+embedded:dir")]
    [InlineData("clickhouse+embedded:dir?table=")]
    [InlineData("clickhouse+embedded:dir?table=.t")]
    [InlineData("clickhouse+embedded:dir?table=t&x=y")]
    [InlineData("clickhouse:dir")]
    [InlineData("")]
    public void Parse_Incomplete_IsRefused(string text) =>
        Assert.Equal("clickhouse.address", Assert.Throws<InvalidInputException>(() => ClickHouseAddress.Parse(text)).Code);

    [Theory]
    [InlineData("clickhouse://me:s3cret@host/db/t")]
    [InlineData("clickhouses://:s3cret@host")]
    public void Parse_Password_IsRefusedAndNotRepeated(string text)
    {
        var error = Assert.Throws<InvalidInputException>(() => ClickHouseAddress.Parse(text));
        Assert.Equal("clickhouse.password_in_uri", error.Code);
        Assert.Contains("BULKMOVER_CLICKHOUSE_PASSWORD", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }
}
