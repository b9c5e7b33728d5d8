using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse;

public sealed class ServerPasswordTests : IDisposable
{
    private static readonly string[] Variables = [ServerPassword.Variable, ServerPassword.FileVariable, "CLICKHOUSE_PASSWORD"];

    private readonly string file = Path.GetTempFileName();
    private readonly string?[] before = [.. Variables.Select(Environment.GetEnvironmentVariable)];

    public ServerPasswordTests() => Set(null, null, null);

    public void Dispose()
    {
        Set(before);
        File.Delete(file);
    }

    [Fact]
    public void FromEnvironment_NothingIsSet_IsEmpty() => Assert.Equal("", ServerPassword.FromEnvironment());

    [Fact]
    public void FromEnvironment_SeveralAreSet_OurVariableWinsThenTheFile()
    {
        File.WriteAllText(file, " in file \r\n");
        Set("ours", file, "theirs");
        Assert.Equal("ours", ServerPassword.FromEnvironment());
        Set(null, file, "theirs");
        Assert.Equal(" in file ", ServerPassword.FromEnvironment());
        Set(null, null, "theirs");
        Assert.Equal("theirs", ServerPassword.FromEnvironment());
    }

    [Fact]
    public void FromEnvironment_FileIsMissing_NamesIt()
    {
        Set(null, "/nowhere/password", null);
        var error = Assert.Throws<EnvironmentException>(ServerPassword.FromEnvironment);
        Assert.Equal("clickhouse.password_file", error.Code);
        Assert.Contains("/nowhere/password", error.Message, StringComparison.Ordinal);
    }

    private static void Set(params string?[] values)
    {
        for (int i = 0; i < Variables.Length; i++)
            Environment.SetEnvironmentVariable(Variables[i], values[i]);
    }
}
