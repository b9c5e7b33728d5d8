using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Xunit;

namespace BulkMover.EndToEnd;

/// <summary>What the command says and how it ends, without any server.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("bulkmover-e2e-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("--help")]
    [InlineData("copy", "--help")]
    [InlineData("plan", "--help")]
    [InlineData("inspect", "--help")]
    [InlineData("tune", "--help")]
    public async Task Help_OfEveryCommand_ShowsAnExample(params string[] arguments)
    {
        CommandResult result = await Command.RunAsync(arguments);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Examples:", result.Output);
    }

    [Fact]
    public async Task Version_IsPrinted()
    {
        CommandResult result = await Command.RunAsync("--version");
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", result.Output);
    }

    [Theory]
    [InlineData]
    [InlineData("copy")]
    [InlineData("move", "a", "b")]
    [InlineData("copy", "parquet:/a", "clickhouse://h/d/t", "--no-such-option")]
    [InlineData("copy", "parquet:/a", "clickhouse://h/d/t", "--mode", "merge")]
    [InlineData("copy", "parquet:/a", "clickhouse://h/d/t", "--memory", "much")]
    [InlineData("copy", "parquet:/a", "clickhouse://h/d/t", "--readers", "0")]
    [InlineData("copy", "parquet:/a", "clickhouse://h/d/t", "--block-rows", "1")]
    [InlineData("tune", "parquet:/a", "delta:/b")]
    [InlineData("tune", "parquet:/a", "clickhouse://h/d/t", "--plot", "plot.pdf")]
    [InlineData("tune", "parquet:/a", "clickhouse://h/d/t", "--plot", "/does/not/exist/plot.png")]
    [InlineData("copy", "/a.parquet", "clickhouse://h/d/t")]
    [InlineData("copy", "parquet:/a", "postgres://h/d/t")]
    [InlineData("inspect")]
    [InlineData("inspect", "parquet:/a", "--features")]
    [InlineData("inspect", "parquet:/does/not/exist")]
    [InlineData("inspect", "delta:/does/not/exist")]
    [InlineData("inspect", "iceberg:/does/not/exist")]
    public async Task WrongInput_EndsWithTwo_AndSaysWhatToDo(params string[] arguments)
    {
        CommandResult result = await Command.RunAsync(arguments);
        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Matches(@"error \[[a-z_]+\.[a-z_]+\]", result.Error);
    }

    [Fact]
    public async Task WrongInput_ForAScript_IsAnEvent()
    {
        CommandResult result = await Command.RunAsync("inspect", "iceberg:/does/not/exist", "--output", "json");
        JsonElement failed = result.Event("failed");
        Assert.Equal(2, failed.GetProperty("exitCode").GetInt32());
        Assert.NotEqual("", failed.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("iceberg", "deletion vectors")]
    [InlineData("delta", "deletionVectors")]
    [InlineData("parquet", "encoding PLAIN")]
    public async Task InspectFeatures_NeedsNoTable_AndTellsTheStateOfEach(string format, string feature)
    {
        CommandResult text = await Command.RunAsync("inspect", "--features");
        Assert.Equal(0, text.ExitCode);
        Assert.Matches($"(?s)(^|\n){format}\n.*  {feature} +read ", text.Output);

        CommandResult json = await Command.RunAsync("inspect", "--features", "--output", "json");
        Assert.Contains($$"""{"event":"feature","format":"{{format}}","name":"{{feature}}","state":"read",""", json.Output);
    }

    [Fact]
    public async Task Copy_ServerIsNotThere_EndsWithThree()
    {
        string source = Path.Combine(directory, "empty.parquet");
        await File.WriteAllBytesAsync(source, EmptyParquetFile, TestContext.Current.CancellationToken);
        CommandResult result = await Command.RunAsync("copy", $"parquet:{source}", $"clickhouse://default@127.0.0.1:{UnusedPort()}/default/t");
        Assert.True(result.ExitCode == 3, result.ToString());
        Assert.Contains("127.0.0.1", result.Error);
    }

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>
    /// PAR1, then a footer by parquet.thrift in the compact protocol: version 1, a schema of a root with one required int32 column "a",
    /// 0 rows, no row groups; its length; PAR1.
    /// </summary>
    private static byte[] EmptyParquetFile =>
    [
        .. "PAR1"u8,
        0x15, 0x02, 0x19, 0x2C, 0x48, 0x01, (byte)'r', 0x15, 0x02, 0x00, 0x15, 0x02, 0x25, 0x00, 0x18, 0x01, (byte)'a', 0x00, 0x16, 0x00, 0x19, 0x0C, 0x00,
        23, 0, 0, 0,
        .. "PAR1"u8,
    ];
}
