using System.Net;
using System.Net.Sockets;
using System.Text;
using BulkMover.Databases.ClickHouse.Embedded;
using Xunit;

namespace BulkMover.Testing.ClickHouse;

/// <summary>
/// Two real ClickHouse servers that are the shards of a cluster: at 127.0.0.1 and 127.0.0.2, both at the same ports, as servers of a cluster
/// are. The first one is also whom movers speak to.
/// </summary>
public sealed class ShardedServersFixture : IAsyncLifetime
{
    /// <summary>Both shards, of equal weight.</summary>
    public const string Even = "even";

    /// <summary>The second shard gets three rows of four.</summary>
    public const string Uneven = "uneven";

    /// <summary>The second server alone.</summary>
    public const string Second = "second";

    /// <summary>One shard, of which each server has a replica.</summary>
    public const string Replicated = "replicated";

    /// <summary>Two shards on the first server.</summary>
    public const string Same = "same";

    /// <summary>The second of its shards is at an address where nobody listens.</summary>
    public const string Broken = "broken";

    /// <summary>A macro that stands for <see cref="Even"/>.</summary>
    public const string Macro = "{cluster}";

    private static readonly string[] Hosts = ["127.0.0.1", "127.0.0.2"];

    private readonly string root = Directory.CreateTempSubdirectory("bulkmover-shards-").FullName;
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromMinutes(2) };
    private readonly int httpPort = FreePort();
    private readonly int tcpPort = FreePort();
    private readonly EmbeddedServer?[] servers = new EmbeddedServer?[Hosts.Length];
    private int databases;

    /// <summary>HTTP interfaces of the servers.</summary>
    public IReadOnlyList<Uri> Endpoints => [.. Hosts.Select(host => new Uri($"http://{host}:{httpPort}/"))];

    public int ProcessId(int shard) => servers[shard]!.ProcessId;

    public async ValueTask InitializeAsync()
    {
        await StartAsync(0);
        await StartAsync(1);
    }

    /// <summary>Starts a server again, with its data, after it was killed.</summary>
    public async Task RestartAsync(int shard)
    {
        await servers[shard]!.DisposeAsync();
        await StartAsync(shard);
    }

    /// <summary>Runs one statement on a server; what it prints, by default tab-separated.</summary>
    public async Task<string> QueryAsync(int shard, string sql)
    {
        using var body = new StringContent(sql);
        using HttpResponseMessage answer = await http.PostAsync(new Uri(Endpoints[shard], "?wait_end_of_query=1&async_insert=0"), body);
        string text = Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync());
        return answer.IsSuccessStatusCode ? text.TrimEnd('\n') : throw new InvalidOperationException($"{sql}\n{text}");
    }

    /// <summary>The same statement on both.</summary>
    public async Task<string[]> QueryAllAsync(string sql) => await Task.WhenAll(QueryAsync(0, sql), QueryAsync(1, sql));

    /// <summary>Makes a database that no other test uses, on both.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        string database = $"db{Interlocked.Increment(ref databases)}";
        await QueryAllAsync($"CREATE DATABASE {database} ENGINE = Atomic");
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        foreach (EmbeddedServer? server in servers)
            await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(root, recursive: true);
    }

    private async Task StartAsync(int shard)
    {
        string config = Path.Combine(root, $"config{shard}.xml");
        await File.WriteAllTextAsync(config, $"""
            <clickhouse>
              <tcp_port>{tcpPort}</tcp_port>
              <macros><cluster>{Even}</cluster></macros>
              <remote_servers>
                <{Even}>{Shard(1, 0)}{Shard(1, 1)}</{Even}>
                <{Uneven}>{Shard(1, 0)}{Shard(3, 1)}</{Uneven}>
                <{Second}>{Shard(1, 1)}</{Second}>
                <{Replicated}><shard>{Replica(Hosts[0])}{Replica(Hosts[1])}</shard></{Replicated}>
                <{Same}>{Shard(1, 0)}{Shard(1, 0)}</{Same}>
                <{Broken}>{Shard(1, 0)}<shard>{Replica("127.0.0.3")}</shard></{Broken}>
              </remote_servers>
            </clickhouse>
            """);
        servers[shard] = await EmbeddedServer.StartAsync(
            new EmbeddedServerOptions(Path.Combine(root, $"data{shard}"), TestHost.OfTests()) { ConfigFile = config, Listen = new IPEndPoint(IPAddress.Parse(Hosts[shard]), httpPort) },
            CancellationToken.None);
        await QueryAsync(shard, "SYSTEM START LISTEN TCP");
    }

    private string Shard(int weight, int server) => $"<shard><weight>{weight}</weight>{Replica(Hosts[server])}</shard>";

    private string Replica(string host) => $"<replica><host>{host}</host><port>{tcpPort}</port></replica>";

    /// <summary>Free at both addresses.</summary>
    private static int FreePort()
    {
        while (true)
        {
            using var first = new TcpListener(IPAddress.Parse(Hosts[0]), 0);
            first.Start();
            int port = ((IPEndPoint)first.LocalEndpoint).Port;
            using var second = new TcpListener(IPAddress.Parse(Hosts[1]), port);
            try
            {
                second.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it there.
            }
        }
    }
}
