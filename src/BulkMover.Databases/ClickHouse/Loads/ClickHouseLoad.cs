using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Digests;
using BulkMover.Databases.ClickHouse.Tables;
using BulkMover.Databases.ClickHouse.Transfers;

namespace BulkMover.Databases.ClickHouse.Loads;

/// <summary>A transfer on its way: chunks into the staging table, and from there into the target. The steps are in decisions/0006.</summary>
internal sealed class ClickHouseLoad : ITargetLoad
{
    private readonly ServerClient client;
    private readonly ClickHousePlan plan;
    private readonly TransferRun run;
    private readonly StagingTable staging;
    private readonly LoadLimits limits;
    private readonly BatchEncoder encoder;
    private readonly HeldBytes held;

    private ClickHouseLoad(ServerClient client, ClickHousePlan plan, TransferRun run, StagingTable staging, LoadLimits limits)
    {
        this.client = client;
        this.plan = plan;
        this.run = run;
        this.staging = staging;
        this.limits = limits;
        encoder = new BatchEncoder(plan.Sent, staging.PartitionKey);
        held = new HeldBytes(limits.HeldBytes);
    }

    public IReadOnlyDictionary<long, ArrivedChunk> Arrived => run.Ledger.State.Collected;

    public IReadOnlyDictionary<long, ArrivedChunk> Halfway { get; } = new Dictionary<long, ArrivedChunk>();

    public bool IsVerified { get; private set; }

    public TransferRun Run => run;

    public StagingTable Staging => staging;

    /// <summary>Takes the transfer over from the last run, if there was one, and brings what that left half done to its end.</summary>
    public static async Task<ClickHouseLoad> BeginAsync(
        ServerClient client, ClickHousePlan plan, TableName target, LoadLimits limits, CancellationToken cancellationToken)
    {
        if (plan.CreatesDatabase)
        {
            await new PartTables(client, plan.Server)
                .ExecuteAsync($"CREATE DATABASE IF NOT EXISTS {ClickHouseName.Quote(target.Database)} ENGINE = Atomic", cancellationToken);
        }

        TransferRun run = await TransferRun.TakeAsync(client, new TransferTables(target, plan.Request.Transfer), plan, cancellationToken);
        try
        {
            return new ClickHouseLoad(client, plan, run, await run.TakeOverAsync(plan, limits.Notes, cancellationToken), limits);
        }
        catch (Exception failure)
        {
            await run.EndAfterAsync(failure);
            throw;
        }
    }

    public long EncodeBytes(RecordBatch batch) => encoder.EncodeBytes(batch);

    public IEnumerable<IEncodedBlock> Encode(RecordBatch batch) => encoder.Encode(batch);

    public async Task<IChunkLoad> BeginChunkAsync(long number, CancellationToken cancellationToken)
    {
        TableName table = run.Tables.Chunk(number, run.Epoch);
        await staging.MakeAsync(table, cancellationToken);
        return new ChunkLoad(client, InsertStatement.For(table, plan.Sent), ofLarge => InsertStatement.Settings(plan.Server, ofLarge, hasPartitions: staging.PartitionKey.Length > 0), plan.Sent.Count, limits, held)
        {
            Collect = (rows, digest, tasks, stopping) => staging.CollectAsync(table, number, rows, digest, tasks, stopping),
        };
    }

    public async Task<long> CommitAsync(long rows, CancellationToken cancellationToken)
    {
        long arrived = Arrived.Values.Sum(chunk => chunk.Rows);
        if (arrived != rows)
        {
            throw new TargetException("clickhouse.rows_differ",
                $"{rows:N0} rows were sent, but {arrived:N0} have arrived as the target counts them. Nothing was changed in the target. Please report this.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (run.Ledger.State.Completed is null)
        {
            await EnterArrivalAsync(cancellationToken);
            if (plan.Request.Verify && (run.Ledger.State.Destination is null || plan.Publication == Publication.ReplaceParts))
            {
                ThrowUnlessEqual(await new TransferComparison(client, plan.Server, run.Tables.Target).OfStagingAsync(staging.Name, run.Ledger.State, cancellationToken));
                IsVerified = true;
            }

            string identity = await new Publisher(run.Parts, run.Ledger, run.Tables, plan, staging, run.Tables.Final(run.Epoch)).PublishAsync(CancellationToken.None);
            await run.CompleteAsync(identity, rows, CancellationToken.None);
        }

        return rows;
    }

    /// <summary>From now on the next run needs nothing of the source.</summary>
    public async Task EnterArrivalAsync(CancellationToken cancellationToken)
    {
        if (run.Ledger.State.AllArrived is null)
            await run.Ledger.AddAsync(new Arrived(plan.Final), cancellationToken);
    }

    /// <param name="comparison">Of the rows that were read with those that have arrived, before anybody sees them.</param>
    /// <exception cref="RowsDifferException">They are others.</exception>
    public static void ThrowUnlessEqual(Comparison comparison)
    {
        if (!comparison.IsEqual)
            throw new RowsDifferException("The rows that have arrived are not those that were read. Nothing was changed in the target. Run the command again with --restart; if it happens twice, please report it.", comparison);
    }

    public async ValueTask DisposeAsync() => await run.EndAsync();
}
