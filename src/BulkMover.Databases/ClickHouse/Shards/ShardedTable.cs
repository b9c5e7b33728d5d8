using System.Text.RegularExpressions;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Tables;
using BulkMover.Databases.ClickHouse.Transfers;

namespace BulkMover.Databases.ClickHouse.Shards;

/// <summary>
/// A Distributed table and the tables behind it. Each of those takes part in a transfer as a table of its own does, with its lease, ledger
/// and staging table. The steps are in decisions/0007.
/// </summary>
internal sealed partial class ShardedTable
{
    private readonly ServerClient server;
    private readonly TableName name;
    private readonly DistributedEngine engine;
    private readonly IReadOnlyList<Shard> shards;

    private ShardedTable(ServerClient server, TableName name, DistributedEngine engine, IReadOnlyList<Shard> shards) =>
        (this.server, this.name, this.engine, this.shards) = (server, name, engine, shards);

    /// <summary>Asks the server about the table and its cluster.</summary>
    /// <param name="server">The target's server.</param>
    /// <param name="name">The target.</param>
    /// <param name="connections">To the shards.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <returns>Null when the table is no Distributed one.</returns>
    /// <exception cref="TargetException">It is one that cannot be loaded.</exception>
    public static async Task<ShardedTable?> FindAsync(ServerClient server, TableName name, ShardConnections connections, CancellationToken cancellationToken)
    {
        IReadOnlyList<string[]> found = await server.SelectAsync(
            $"SELECT engine_full FROM system.tables WHERE engine = '{DistributedEngine.Name}' AND database = {SqlText.Quote(name.Database)} AND name = {SqlText.Quote(name.Table)}", cancellationToken);
        if (found.Count == 0)
            return null;
        DistributedEngine engine = DistributedEngine.TryParse(found[0][0]) ?? throw new TargetException("clickhouse.engine_unsupported",
            $"{name} has the engine {found[0][0]}. Of those without rows of their own only Distributed(cluster, database, table, sharding_key) is loaded. Load the tables behind it one by one.");
        engine = engine with { Cluster = await WithoutMacrosAsync(server, engine.Cluster, cancellationToken) };
        return new ShardedTable(server, name, engine, await ShardsAsync(server, engine, connections, cancellationToken));
    }

    /// <inheritdoc cref="ITarget.PlanAsync"/>
    /// <param name="request">What is asked.</param>
    /// <param name="options">As of any table that exists, none may be set.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public async Task<TargetPlan> PlanAsync(TargetRequest request, ClickHouseTableOptions options, CancellationToken cancellationToken)
    {
        LedgerState?[] states = await StatesAsync(request.Transfer, cancellationToken);
        ExistingTable?[] tables = await TablesAsync(cancellationToken);
        if (request.Restart && request.Mode != CopyMode.Replace && ShardedRecord.IsHalfPublished(states, tables))
            throw HalfPublished(request.Transfer);
        ShardPlan[] plans = await OnEachAsync(shard => PlanAsync(shard, request, options, cancellationToken));
        if (plans.Any(plan => plan.IsComplete) && plans.Any(plan => plan.Plan.Earlier is null))
        {
            // Somebody has thrown the result away since, or there is a shard more: where no row came to, that does not show.
            if (plans.Any(plan => plan.Plan.Earlier is { IsComplete: true, Rows: > 0 }))
                throw ShardedRecord.Disagree(request.Transfer);
            plans = await OnEachAsync(shard => PlanAsync(shard, request with { Restart = true }, options, cancellationToken));
        }

        TransferRecord? earlier = plans.All(plan => plan.Plan.Earlier is null)
            ? null
            : ShardedRecord.Of(name, [.. states.Zip(plans, (state, plan) => plan.Plan.Earlier is null ? null : state)], tables);
        ShardPlan[] left = [.. plans.Where(plan => !plan.IsComplete)];
        if (left.Length == 0)
            return new ShardedPlan(request, plans, [], []) { Insert = null, Earlier = earlier };

        await new UserRights(server, new TransferTables(name, request.Transfer)).CheckSpreadingAsync(cancellationToken);
        CheckColumns(left);
        ExistingTable table = (await TableReader.TableAsync(server, name, cancellationToken))!;
        // Without a key there is one shard, and any key says that.
        ShardingKey key = await ShardingKey.FindAsync(server, engine.ShardingKey ?? "0", table, left[0].Plan.Sent, cancellationToken);
        var insert = new ShardedInsert(engine.Cluster, key);
        string by = $"of {shards.Count} of cluster '{engine.Cluster}' ({string.Join(", ", shards.Select(shard => shard.Place))}) by {key.OfChunk(0)}";
        plans = [.. plans.Select(plan => plan with { Plan = plan.Plan with { Shard = $"shard {plan.Shard.Number} {by}" } })];
        return new ShardedPlan(request, plans, Steps(left[0].Plan, insert), Notes(left, table, key)) { Insert = insert, Earlier = earlier };
    }

    /// <inheritdoc cref="ITarget.PlanCommitAsync"/>
    public async Task<TargetPlan> PlanCommitAsync(TransferId transfer, bool verify, CancellationToken cancellationToken)
    {
        ShardPlan[] plans = await OnEachAsync(async shard => new ShardPlan(
            shard, await new Planner(shard.Client, shard.Table, new ClickHouseTableOptions(), ownsServer: false).PlanCommitAsync(transfer, verify, cancellationToken)));
        TransferRecord? earlier = ShardedRecord.Of(name, await StatesAsync(transfer, cancellationToken), await TablesAsync(cancellationToken));
        return new ShardedPlan(plans[0].Plan.Request, plans, [], []) { Insert = null, Earlier = earlier };
    }

    /// <inheritdoc cref="ITarget.ArrivedAsync"/>
    public async Task<IReadOnlyCollection<ArrivedChunk>> ArrivedAsync(TransferId transfer, CancellationToken cancellationToken) =>
        [.. (await StatesAsync(transfer, cancellationToken)).OfType<LedgerState>().SelectMany(state => state.Arrived()).DistinctBy(chunk => chunk.Key).Select(chunk => chunk.Value)];

    /// <inheritdoc cref="ITarget.TransfersAsync"/>
    public async Task<IReadOnlyList<TransferRecord>> TransfersAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<LedgerState>[] states = await OnEachAsync(shard => Ledger.ReadAsync(shard.Client, shard.Table, cancellationToken));
        ExistingTable?[] tables = await TablesAsync(cancellationToken);
        // A copy into the table of one shard is that table's own affair.
        IEnumerable<TransferId> transfers = states.SelectMany(shard => shard).Where(state => state.Begun?.Shard is not null).Select(state => state.Transfer).Distinct();
        return [.. transfers
            .Select(transfer => ShardedRecord.Of(name, [.. states.Select(shard => shard.FirstOrDefault(state => state.Transfer == transfer))], tables))
            .OfType<TransferRecord>().OrderBy(record => record.BegunAt)];
    }

    /// <inheritdoc cref="ITarget.DiscardAsync"/>
    public async Task DiscardAsync(TransferId transfer, CancellationToken cancellationToken)
    {
        LedgerState?[] states = await StatesAsync(transfer, cancellationToken);
        if (ShardedRecord.IsHalfPublished(states, await TablesAsync(cancellationToken)))
            throw HalfPublished(transfer);
        InvalidInputException?[] refusals = await OnEachAsync(async shard =>
        {
            try
            {
                await TransferRun.DiscardAsync(shard.Client, new TransferTables(shard.Table, transfer), cancellationToken);
                return null;
            }
            catch (InvalidInputException refusal)
            {
                return refusal; // It is not known there, or complete.
            }
        });
        if (refusals.All(refusal => refusal is not null))
            throw new InvalidInputException(refusals[0]!.Code, refusals[0]!.Message, refusals[0]);
    }

    /// <inheritdoc cref="ITarget.CompareAsync"/>
    public Task<Comparison?> CompareAsync(TransferId transfer, CancellationToken cancellationToken) => ShardedComparison.OfTargetAsync(shards, transfer, cancellationToken);

    private async Task<ShardPlan> PlanAsync(Shard shard, TargetRequest request, ClickHouseTableOptions options, CancellationToken cancellationToken)
    {
        if (await TableReader.TableAsync(shard.Client, shard.Table, cancellationToken) is null)
        {
            throw new TargetException("clickhouse.shard_table_missing",
                $"There is no table {shard.Table}, which {name} stands for. Make it on every shard first.");
        }

        // What the shards have is compared together.
        return new ShardPlan(shard, await new Planner(shard.Client, shard.Table, options, ownsServer: false).PlanAsync(request with { Verify = false }, cancellationToken));
    }

    /// <summary>The same blocks go to all shards.</summary>
    private static void CheckColumns(IReadOnlyList<ShardPlan> plans)
    {
        if (plans.FirstOrDefault(plan => !plan.Plan.Sent.Select(Column).SequenceEqual(plans[0].Plan.Sent.Select(Column))) is { } other)
        {
            throw new TargetException("clickhouse.shards_differ",
                $"{other.Shard.Table} has other columns on shard {other.Shard.Number} than on shard {plans[0].Shard.Number}: " +
                $"{string.Join(", ", other.Plan.Sent.Select(Column).Except(plans[0].Plan.Sent.Select(Column)))}. Make them equal.");
        }

        static string Column(Native.TargetColumn column) => $"{column.Name} {column.ColumnType}";
    }

    private string[] Steps(ClickHousePlan plan, ShardedInsert insert)
    {
        TableName chunk = new TransferTables(engine.Local, plan.Request.Transfer).Chunk(0, 1);
        return [.. plan.Steps.Select(step => step.StartsWith("INSERT ", StringComparison.Ordinal)
            ? insert.Into(chunk, 0)
            : $"{step} -- on each shard")];
    }

    private string[] Notes(IReadOnlyList<ShardPlan> plans, ExistingTable table, ShardingKey key)
    {
        var notes = new List<string>
        {
            $"{name} stands for {engine.Local} on {shards.Count} shards of cluster '{engine.Cluster}', which are loaded one by one: " +
            "at the end its readers may see the new rows of some shards and not yet those of others for a moment.",
        };
        if (key.Expression is null)
            notes.Add($"The sharding key {engine.ShardingKey} is a lot: instead of it each row goes where a hash of its values says, so that it goes there again when it has to be sent again.");
        if (table.Dependents.Length > 0)
            notes.Add($"Materialized views over {name} do not see the rows that are copied: {table.Dependents}.");
        return [.. notes.Concat(plans.SelectMany(plan => plan.Plan.Notes)).Distinct()];
    }

    private Task<LedgerState?[]> StatesAsync(TransferId transfer, CancellationToken cancellationToken) =>
        OnEachAsync(shard => Ledger.FindAsync(shard.Client, shard.Table, transfer, withTasks: true, cancellationToken));

    private Task<ExistingTable?[]> TablesAsync(CancellationToken cancellationToken) =>
        OnEachAsync(shard => TableReader.TableAsync(shard.Client, shard.Table, cancellationToken));

    private Task<T[]> OnEachAsync<T>(Func<Shard, Task<T>> ask) => Task.WhenAll(shards.Select(shard => shard.DoAsync(() => ask(shard))));

    private TargetException HalfPublished(TransferId transfer) => new("clickhouse.publication_begun",
        $"Transfer {transfer} has begun to show its rows in {name}: some shards have all of theirs, others not yet. Run its command without --restart to bring the rest; it is a matter of moments.");

    private static async Task<string> WithoutMacrosAsync(ServerClient server, string text, CancellationToken cancellationToken)
    {
        foreach (string macro in Macro().Matches(text).Select(match => match.Groups["name"].Value).Distinct())
        {
            string value = (await server.SelectAsync($"SELECT getMacro({SqlText.Quote(macro)})", cancellationToken))[0][0];
            text = text.Replace($"{{{macro}}}", value, StringComparison.Ordinal);
        }

        return text;
    }

    private static async Task<IReadOnlyList<Shard>> ShardsAsync(ServerClient server, DistributedEngine engine, ShardConnections connections, CancellationToken cancellationToken)
    {
        IReadOnlyList<string[]> replicas = await server.SelectAsync(
            "SELECT toString(shard_num), toString(shard_weight), host_name, toString(port), toString(is_local) FROM system.clusters " +
            $"WHERE cluster = {SqlText.Quote(engine.Cluster)} ORDER BY shard_num, replica_num", cancellationToken);
        if (replicas.Count == 0)
            throw new TargetException("clickhouse.cluster_unknown", $"{server.Endpoint.Server} knows no cluster '{engine.Cluster}' (system.clusters). Define it in the server's configuration.");
        if (replicas.GroupBy(row => row[0], StringComparer.Ordinal).FirstOrDefault(shard => shard.Count() > 1) is { } replicated)
        {
            throw new TargetException("clickhouse.replicas_unsupported",
                $"Shard {replicated.Key} of cluster '{engine.Cluster}' has {replicated.Count()} replicas. Only shards of one server are loaded: " +
                "tables that replicate need their Keeper's consent to move parts, and those that do not would have to be loaded once for each replica.");
        }

        Shard[] shards = [.. replicas.Select(row => new Shard(
            SqlText.Number(row[0]), $"{row[2]}:{row[3]} weight {row[1]}", connections.Of(row[4] == "1" ? null : row[2]), engine.Local))];
        if (shards.GroupBy(shard => shard.Client.Endpoint.Server).FirstOrDefault(same => same.Count() > 1) is { } shared)
        {
            throw new TargetException("clickhouse.shards_share_table",
                $"Shards {string.Join(" and ", shared.Select(shard => shard.Number))} of cluster '{engine.Cluster}' are the same server {shared.Key} and so the same table {engine.Local}. Copy into that table instead.");
        }

        if (engine.ShardingKey is null && shards.Length > 1)
        {
            throw new TargetException("clickhouse.sharding_key",
                "The Distributed table cannot be loaded: it has no sharding key, so nothing says which row belongs to which shard. Make one with a key, rand() if there is no better, or load the tables of the shards one by one.");
        }

        return shards;
    }

    [GeneratedRegex(@"\{(?<name>[^{}]+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Macro();
}
