using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>
/// Finds rows that one side has and the other has not. Rows fall into buckets by their hash; a first reading shows which buckets differ, and a
/// second one keeps the rows of some of those: run a copy into <see cref="Buckets"/>, then one into <see cref="Rows"/>.
/// </summary>
public sealed class RowSearch
{
    /// <summary>The first bits of a hash say which bucket: so many that a bucket of a billion rows has some ten thousand.</summary>
    private const int BucketBits = 16;

    /// <summary>A row is shown with so many columns at most.</summary>
    private const int MostShown = 20;

    private readonly ServerClient client;
    private readonly TableName table;
    private readonly int most;
    private readonly IReadOnlySet<string> differing;
    private HashSet<int> buckets = [];

    /// <param name="name">Where the table is, for messages.</param>
    /// <param name="client">The server.</param>
    /// <param name="table">The table.</param>
    /// <param name="differing">Columns that differ: they are shown.</param>
    /// <param name="most">Rows to find at most.</param>
    internal RowSearch(string name, ServerClient client, TableName table, IReadOnlySet<string> differing, int most)
    {
        (this.client, this.table, this.differing, this.most) = (client, table, differing, most);
        Buckets = new ReadingTarget(name, client, table, FindBuckets);
        Rows = new ReadingTarget(name, client, table, FindRows);
    }

    public ITarget Buckets { get; }

    /// <summary>Takes chunks of one scan task each.</summary>
    public ITarget Rows { get; }

    /// <summary>What was found after both copies.</summary>
    public IReadOnlyList<RowDifference> Found { get; private set; } = [];

    private ReadingLoad FindBuckets(ReadingPlan plan)
    {
        var encoder = new NativeEncoder(plan.Sent);
        var ours = new (long Rows, ulong Sum)[1 << BucketBits];
        return new ReadingLoad
        {
            BytesToLookAt = batch => 8L * batch.Length,
            LookAt = batch =>
            {
                using (batch)
                    return [new HashedRows(batch.Length, Hash(encoder, batch), null)];
            },
            Keep = (block, _) =>
            {
                foreach (ulong hash in ((HashedRows)block).Hashes)
                {
                    ref (long Rows, ulong Sum) bucket = ref ours[Bucket(hash)];
                    bucket = (bucket.Rows + 1, unchecked(bucket.Sum + hash));
                }
            },
            Finish = async stopping =>
            {
                IReadOnlyList<string[]> theirs = await new TableDigests(client, plan.Server).SelectAsync(
                    $"SELECT bitShiftRight({TableDigests.Row}, {64 - BucketBits}) AS bucket, count(), sum({TableDigests.Row}) FROM ({TableDigests.Hashed(table, plan.Table, plan.SentColumns, "1")}) GROUP BY bucket", stopping);
                foreach (string[] bucket in theirs)
                {
                    ref (long Rows, ulong Sum) own = ref ours[(int)SqlText.Number(bucket[0])];
                    own = (own.Rows - SqlText.Number(bucket[1]), unchecked(own.Sum - TableDigests.Hash(bucket[2])));
                }

                buckets = [.. Enumerable.Range(0, ours.Length).Where(bucket => ours[bucket] != default).Take(most)];
            },
        };
    }

    private ReadingLoad FindRows(ReadingPlan plan)
    {
        var encoder = new NativeEncoder(plan.Sent);
        var ours = new Dictionary<ulong, (long Times, RecordBatch Batch, int Row, long ScanTask)>();
        var kept = new List<RecordBatch>();
        return new ReadingLoad
        {
            BytesToLookAt = batch => BatchMemory.Bytes(batch) + (8L * batch.Length),
            LookAt = batch => [Choose(encoder, batch)],
            Keep = (block, chunk) =>
            {
                var rows = (HashedRows)block;
                if (rows.Wanted is not { } wanted)
                    return;
                kept.Add(wanted);
                for (int row = 0; row < wanted.Length; row++)
                {
                    ulong hash = rows.Hashes[row];
                    ours[hash] = ours.TryGetValue(hash, out var before) ? before with { Times = before.Times + 1 } : (1, wanted, row, chunk);
                }
            },
            Finish = async stopping =>
            {
                if (buckets.Count == 0)
                    return;
                var digests = new TableDigests(client, plan.Server);
                IReadOnlyList<string[]> theirs = await digests.SelectAsync(
                    $"SELECT {TableDigests.Row}, count() FROM ({TableDigests.Hashed(table, plan.Table, plan.SentColumns, "1")}) WHERE bitShiftRight({TableDigests.Row}, {64 - BucketBits}) IN ({string.Join(", ", buckets)}) GROUP BY {TableDigests.Row}", stopping);
                Dictionary<ulong, long> more = ours.ToDictionary(row => row.Key, row => row.Value.Times);
                foreach (string[] row in theirs)
                    more[TableDigests.Hash(row[0])] = more.GetValueOrDefault(TableDigests.Hash(row[0])) - SqlText.Number(row[1]);

                string[] shown = Shown(plan);
                // Both sides in turn, so that few rows still show what became of one.
                KeyValuePair<ulong, long>[] chosen = [.. more.Where(row => row.Value > 0).Take((most + 1) / 2), .. more.Where(row => row.Value < 0).Take((most + 1) / 2)];
                IReadOnlyDictionary<ulong, string> texts = await ReadTextsAsync(digests, plan, shown, [.. chosen.Where(row => row.Value < 0).Select(row => row.Key)], stopping);
                var found = new List<RowDifference>();
                foreach ((ulong hash, long times) in chosen.Take(most))
                {
                    found.Add(times > 0
                        ? new RowDifference(true, times, await TextAsync(digests, encoder, plan, shown, ours[hash].Batch, ours[hash].Row, stopping), ours[hash].ScanTask)
                        : new RowDifference(false, -times, texts.GetValueOrDefault(hash) ?? "a row that is gone by now", null));
                }

                Found = [.. found.OrderBy(row => row.Row, StringComparer.Ordinal)];
                kept.ForEach(batch => batch.Dispose());
            },
        };
    }

    private HashedRows Choose(NativeEncoder encoder, RecordBatch batch)
    {
        using (batch)
        {
            ulong[] hashes = Hash(encoder, batch);
            int[] wanted = [.. Enumerable.Range(0, hashes.Length).Where(row => buckets.Contains(Bucket(hashes[row])))];
            return new HashedRows(
                batch.Length, [.. wanted.Select(row => hashes[row])], wanted.Length == 0 ? null : BatchSelection.Take(batch, wanted, MemoryAllocator.Default.Value));
        }
    }

    /// <summary>The table's key, then what differs, then the rest.</summary>
    private string[] Shown(ReadingPlan plan)
    {
        string[] all = [.. plan.Sent.Select(column => column.Name)];
        string[] first = [.. all.Where(name => plan.Table.SortingColumns.Contains(name, StringComparer.Ordinal)), .. all.Where(differing.Contains)];
        return [.. (plan.Table.SortingColumns.Count > 0 ? first : [.. first, .. all]).Distinct(StringComparer.Ordinal).DefaultIfEmpty(all[0]).Take(MostShown)];
    }

    private async Task<IReadOnlyDictionary<ulong, string>> ReadTextsAsync(
        TableDigests digests, ReadingPlan plan, string[] shown, ulong[] hashes, CancellationToken cancellationToken)
    {
        if (hashes.Length == 0)
            return new Dictionary<ulong, string>();
        string inner = TableDigests.Hashed(table, plan.Table, plan.SentColumns, $"{Text(shown)} AS __bulkmover_text");
        return (await digests.SelectAsync($"SELECT {TableDigests.Row}, any(__bulkmover_text) FROM ({inner}) WHERE {TableDigests.Row} IN ({string.Join(", ", hashes)}) GROUP BY {TableDigests.Row}", cancellationToken))
            .ToDictionary(row => TableDigests.Hash(row[0]), row => row[1]);
    }

    /// <summary>Lets the server write a row of the source, so that both sides are written alike.</summary>
    private static async Task<string> TextAsync(
        TableDigests digests, NativeEncoder encoder, ReadingPlan plan, string[] shown, RecordBatch batch, int row, CancellationToken cancellationToken)
    {
        using NativeBlock block = encoder.Encode(BatchSelection.Take(batch, [row], MemoryAllocator.Default.Value));
        using var bytes = new MemoryStream();
        await block.WriteToAsync(bytes, cancellationToken);
        string structure = string.Join(", ", plan.SentColumns.Select(column => $"{ClickHouseName.Quote(column.Name)} {column.Type}"));
        return (await digests.SelectAsync(
            $"SELECT {Text(shown)} FROM format(Native, {SqlText.Quote(structure)}, unhex('{Convert.ToHexString(bytes.ToArray())}'))", cancellationToken))[0][0];
    }

    private static string Text(string[] columns) => $"formatRowNoNewline('JSONEachRow', {string.Join(", ", columns.Select(ClickHouseName.Quote))})";

    private static ulong[] Hash(NativeEncoder encoder, RecordBatch batch)
    {
        ulong[] hashes = new ulong[batch.Length];
        encoder.HashRows(batch, hashes);
        return hashes;
    }

    private static int Bucket(ulong hash) => (int)(hash >> (64 - BucketBits));
}
