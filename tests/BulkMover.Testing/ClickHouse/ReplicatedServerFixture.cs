using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using BulkMover.Databases.ClickHouse.Embedded;

namespace BulkMover.Testing.ClickHouse;

/// <summary>A server that has replicated tables, each as their only replica, with a ZooKeeper as their Keeper.</summary>
public sealed class ReplicatedServerFixture : ClickHouseServerFixture
{
    /// <summary>For a table of any name in any database.</summary>
    public const string Engine = "ReplicatedMergeTree('/tables/{database}/{table}', 'r1')";

    private const string Roots = "/roots";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly int port = LocalPort.Free();
    private Process? keeper;

    public override async ValueTask InitializeAsync()
    {
        string settings = Path.Combine(Root, "zoo.cfg");
        await File.WriteAllTextAsync(settings, $"""
            dataDir={Path.Combine(Root, "keeper")}
            clientPort={port}
            clientPortAddress=127.0.0.1
            tickTime=500
            admin.enableServer=false
            """);
        // It ends when its standard input closes, so with its parent.
        keeper = Process.Start(new ProcessStartInfo("bash",
            ["-c", "java -Xmx128m -Dzookeeper.forceSync=no -cp '/usr/share/java/zookeeper.jar:/usr/share/java/*' org.apache.zookeeper.server.quorum.QuorumPeerMain \"$0\" >&2 & cat; kill %1", settings])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true,
        })!;
        keeper.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(StartLimit);
        while (!await ListensAsync(limit.Token))
            await Task.Delay(50, limit.Token);
        await base.InitializeAsync();
    }

    /// <summary>Makes the place in the Keeper of another server, which is alone there: the engine gives all of its servers the same id, and Keeper knows them by it.</summary>
    public Task MakeRootAsync(string name, CancellationToken cancellationToken) =>
        QueryAsync($"CREATE TABLE default.{name} (x Int8) ENGINE = ReplicatedMergeTree('{Roots}/{name}/seed', 'r1') ORDER BY x", cancellationToken);

    /// <summary>Another server, of that name.</summary>
    public Task<EmbeddedServer> StartAsync(string directory, string name, CancellationToken cancellationToken) =>
        EmbeddedServer.StartAsync(new EmbeddedServerOptions(directory, Host) { ConfigFile = Config(name, $"<root>{Roots}/{name}</root>") }, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (keeper is not null)
        {
            keeper.StandardInput.Close();
            await keeper.WaitForExitAsync();
            keeper.Dispose();
        }
    }

    protected override HostCommand Host { get; } = new(TestHost.Program, [ReplicaHost.Command]);

    protected override string ConfigFile() => Config("config", "");

    private string Config(string name, string root)
    {
        string config = Path.Combine(Root, $"{name}.xml");
        File.WriteAllText(config, $"""
            <clickhouse>
              <zookeeper><node><host>127.0.0.1</host><port>{port}</port></node><session_timeout_ms>5000</session_timeout_ms>{root}</zookeeper>
              <max_table_size_to_drop>1</max_table_size_to_drop><max_partition_size_to_drop>1</max_partition_size_to_drop>
              <users_config>{config}</users_config>
              <profiles><default/></profiles><quotas><default/></quotas>
              <users><default><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota><password/></default></users>
            </clickhouse>
            """);
        return config;
    }

    private async Task<bool> ListensAsync(CancellationToken cancellationToken)
    {
        if (keeper!.HasExited)
            throw new InvalidOperationException("ZooKeeper did not start. tests/run.sh installs it.");
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
