using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Digests;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Shards;

/// <summary>
/// Compares the rows of all shards together. Which rows came to which shard only the server knows, so the first shard's ledger has the digests of
/// whole chunks and the others' have none: they add up to all rows, and so do those of the tables.
/// </summary>
internal static class ShardedComparison
{
    /// <inheritdoc cref="ITarget.CompareAsync"/>
    public static async Task<Comparison?> OfTargetAsync(IReadOnlyList<Shard> shards, TransferId transfer, CancellationToken cancellationToken)
    {
        Comparison?[] comparisons = await Task.WhenAll(shards.Select(shard => shard.DoAsync(async () =>
            await new TransferComparison(shard.Client, await ServerAbilities.FindAsync(shard.Client, cancellationToken), shard.Table).OfTargetAsync(transfer, cancellationToken))));
        return comparisons.Contains(null) ? null : Sum(comparisons!);
    }

    /// <param name="shards">Of each shard's rows with its ledger.</param>
    public static Comparison Sum(IReadOnlyList<Comparison> shards)
    {
        Digest source = Digest.Sum(shards.Select(shard => shard.Source), shards[0].Columns.Count);
        Digest target = Digest.Sum(shards.Select(shard => shard.Target), shards[0].Columns.Count);
        return new Comparison(shards[0].Columns, source, target, source == target ? [] : [new Difference("the shards together", [], [], source, target)]);
    }
}
