using BulkMover.Core.Scans;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Digests;
using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Databases.ClickHouse.Loads;
using BulkMover.Databases.ClickHouse.Shards;
using BulkMover.Databases.ClickHouse.Tables;
using BulkMover.Databases.ClickHouse.Transfers;

namespace BulkMover.Databases.ClickHouse;

/// <summary>A table in a ClickHouse server or in the embedded engine; both are spoken to in the same way.</summary>
public sealed class ClickHouseTarget : ITarget
{
    private static readonly TimeSpan OwnLeaseTimeout = TimeSpan.FromSeconds(1);

    private readonly TableName table;
    private readonly ServerClient client;
    private readonly EmbeddedServer? embedded;
    private readonly ClickHouseTableOptions options;
    private readonly ShardConnections connections;

    private ClickHouseTarget(string name, TableName table, ClickHouseTableOptions options, ServerEndpoint endpoint, EmbeddedServer? embedded)
    {
        Name = name;
        this.table = table;
        this.embedded = embedded;
        client = new ServerClient(endpoint);
        this.options = options;
        connections = new ShardConnections(endpoint);
    }

    public string Name { get; }

    /// <summary>
    /// As many rows as make a part that is worth one. The server makes a part of as many as come at once, where they are enough, and copies smaller blocks together
    /// until they are: that took as much of its time as all the rest of an insert (decisions/0013).
    /// </summary>
    public BatchSize BestBatches { get; } = new(128 * 1024, 32 * 1024 * 1024) { KeepsStoredForms = true };

    /// <summary>An insert begins with its first block and ends when none comes.</summary>
    public bool LanesAreFree => true;

    /// <summary>A table of a server that is there.</summary>
    public static ClickHouseTarget Of(ServerEndpoint server, TableName table, ClickHouseTableOptions options) =>
        new($"{server} {table}", table, options, server, null);

    /// <summary>Connects by the address, with the password of the environment; starts the embedded engine as a child of this program.</summary>
    /// <param name="address">The table.</param>
    /// <param name="options">How a new table is made.</param>
    /// <param name="compression">Of rows on their way there.</param>
    /// <param name="progress">Told about slow steps, such as fetching the embedded engine for the first time.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="Core.Errors.EnvironmentException">The embedded engine cannot be had or started.</exception>
    public static Task<ClickHouseTarget> OpenAsync(
        ClickHouseAddress address, ClickHouseTableOptions options, WireCompression compression, IProgress<string> progress, CancellationToken cancellationToken) =>
        OpenAsync(address, options, compression, HostCommand.OfThisProgram(), progress, cancellationToken);

    /// <inheritdoc cref="OpenAsync(ClickHouseAddress, ClickHouseTableOptions, WireCompression, IProgress{string}, CancellationToken)"/>
    /// <param name="address">The table.</param>
    /// <param name="options">How a new table is made.</param>
    /// <param name="compression">Of rows on their way there.</param>
    /// <param name="host">How the embedded engine's process is started.</param>
    /// <param name="progress">Told about slow steps; null for nobody.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    public static async Task<ClickHouseTarget> OpenAsync(
        ClickHouseAddress address, ClickHouseTableOptions options, WireCompression compression, HostCommand host, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        if (address.Directory is null)
        {
            var server = new ServerEndpoint(address.Server!, address.User, ServerPassword.FromEnvironment()) { Compression = compression };
            return new ClickHouseTarget(address.ToString(), address.Table, options, server, null);
        }

        EmbeddedServer embedded = await EmbeddedServer.StartAsync(
            new EmbeddedServerOptions(address.Directory, host) { Progress = progress }, cancellationToken);
        // The directory is ours alone while the engine runs, so no other run can be alive, and the last one is not waited for.
        var endpoint = new ServerEndpoint(embedded.Endpoint, address.User, "") { LeaseTimeout = OwnLeaseTimeout, Compression = compression };
        return new ClickHouseTarget(address.ToString(), address.Table, options, endpoint, embedded);
    }

    public async Task<TargetPlan> PlanAsync(TargetRequest request, CancellationToken cancellationToken) =>
        await ShardsAsync(cancellationToken) is { } sharded
            ? await sharded.PlanAsync(request, options, cancellationToken)
            : await new Planner(client, table, options, ownsServer: embedded is not null).PlanAsync(request, cancellationToken);

    public async Task<TargetPlan> PlanCommitAsync(TransferId transfer, bool verify, CancellationToken cancellationToken) => await ShardsAsync(cancellationToken) is { } sharded
        ? await sharded.PlanCommitAsync(transfer, verify, cancellationToken)
        : await new Planner(client, table, options, ownsServer: embedded is not null).PlanCommitAsync(transfer, verify, cancellationToken);

    public async Task<IReadOnlyCollection<ArrivedChunk>> ArrivedAsync(TransferId transfer, CancellationToken cancellationToken) => await ShardsAsync(cancellationToken) is { } sharded
        ? await sharded.ArrivedAsync(transfer, cancellationToken)
        : [.. (await Ledger.FindAsync(client, table, transfer, withTasks: true, cancellationToken))?.Arrived().Select(chunk => chunk.Value) ?? []];

    public async Task<IReadOnlyList<TransferRecord>> TransfersAsync(CancellationToken cancellationToken)
    {
        if (await ShardsAsync(cancellationToken) is { } sharded)
            return await sharded.TransfersAsync(cancellationToken);
        Task<ExistingTable?> existing = TableReader.TableAsync(client, table, cancellationToken);
        IReadOnlyList<LedgerState> states = await Ledger.ReadAsync(client, table, cancellationToken);
        ExistingTable? now = await existing;
        return [.. states.Select(state => state.Record(now)).OfType<TransferRecord>().OrderBy(record => record.BegunAt)];
    }

    public async Task DiscardAsync(TransferId transfer, CancellationToken cancellationToken)
    {
        if (await ShardsAsync(cancellationToken) is { } sharded)
            await sharded.DiscardAsync(transfer, cancellationToken);
        else
            await TransferRun.DiscardAsync(client, new TransferTables(table, transfer), cancellationToken);
    }

    public async Task<ITargetLoad> BeginAsync(TargetPlan plan, LoadLimits limits, CancellationToken cancellationToken) => plan is ShardedPlan sharded
        ? await ShardedLoad.BeginAsync(client, sharded, limits, cancellationToken)
        : await ClickHouseLoad.BeginAsync(client, (ClickHousePlan)plan, table, limits, cancellationToken);

    public async Task<Comparison?> CompareAsync(TransferId transfer, CancellationToken cancellationToken) => await ShardsAsync(cancellationToken) is { } sharded
        ? await sharded.CompareAsync(transfer, cancellationToken)
        : await new TransferComparison(client, await ServerAbilities.FindAsync(client, cancellationToken), table).OfTargetAsync(transfer, cancellationToken);

    /// <summary>For comparing the table with a source that is read for it. Used while this is not disposed.</summary>
    public SourceComparison NewComparison() => new(Name, client, table);

    /// <summary>For finding the rows that differ. Used while this is not disposed.</summary>
    /// <param name="differing">Names of columns that differ.</param>
    /// <param name="most">Rows to find at most.</param>
    public RowSearch NewRowSearch(IReadOnlySet<string> differing, int most) => new(Name, client, table, differing, most);

    public async ValueTask DisposeAsync()
    {
        // First the connections: the server waits for them when it ends.
        client.Dispose();
        connections.Dispose();
        if (embedded is not null)
            await embedded.DisposeAsync();
    }

    /// <summary>The tables behind the target, as its cluster has them now; null when it has rows of its own.</summary>
    private Task<ShardedTable?> ShardsAsync(CancellationToken cancellationToken) => ShardedTable.FindAsync(client, table, connections, cancellationToken);
}
