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
/// Finds rows that one side has and the other has not. Rows fall into buckets by their hash; a first reading shows which buckets differ, and of
/// some of those the target's hashes are fetched; a second reading finds what the source has beyond them: run a copy into
/// <see cref="Buckets"/>, then one into <see cref="Rows"/>.
/// </summary>
/// <remarks>
/// Invariant 7: outside the budget it holds at most the hashes of <see cref="MostHashes"/> rows, or of one bucket where that has more; as many rows
/// of the source as are to be found, from batches that come before they have <see cref="MostKeptBytes"/>; and three numbers a bucket.
/// </remarks>
public sealed class RowSearch
{
    /// <summary>The first bits of a hash say which bucket: so many that a bucket of a billion rows has some ten thousand.</summary>
    private const int BucketBits = 16;

    /// <summary>Of the target at a time: some 30 MB while they arrive as text.</summary>
    private const long MostHashes = 200_000;

    /// <summary>Of the source's rows that are kept to be shown.</summary>
    private const long MostKeptBytes = 64 << 20;

    /// <summary>A row is shown with so many columns at most.</summary>
    private const int MostShown = 20;

    private readonly ServerClient client;
    private readonly TableName table;
    private readonly int most;
    private readonly IReadOnlySet<string> differing;
    private HashSet<int> buckets = [];

    /// <summary>How many times the target has each row of the buckets, by its hash.</summary>
    private Dictionary<ulong, long> target = [];

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
        var digests = new TableDigests(client, plan.Server);
        var ours = new (long Rows, ulong Sum)[1 << BucketBits];
        return new ReadingLoad
        {
            BytesToLookAt = encoder.HashBytes,
            LookAt = batch =>
            {
                using (batch)
                    return [new HashedRows(batch.Length, Hash(encoder, batch), [])];
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
                long[] rows = [.. ours.Select(bucket => bucket.Rows)];
                foreach (string[] row in await digests.SelectAsync(
                    $"SELECT {BucketOfRow} AS bucket, count(), sum({TableDigests.Row}) FROM ({Hashed(plan, "1")}) GROUP BY bucket", stopping))
                {
                    int bucket = (int)SqlText.Number(row[0]);
                    rows[bucket] += SqlText.Number(row[1]);
                    ours[bucket] = (ours[bucket].Rows - SqlText.Number(row[1]), unchecked(ours[bucket].Sum - TableDigests.Hash(row[2])));
                }

                buckets = Choose(rows, Enumerable.Range(0, ours.Length).Where(bucket => ours[bucket] != default), most);
                target = buckets.Count == 0 ? [] : (await digests.SelectAsync(
                    $"SELECT {TableDigests.Row}, count() FROM ({Hashed(plan, "1")}) WHERE {BucketOfRow} IN ({string.Join(", ", buckets)}) GROUP BY {TableDigests.Row}", stopping))
                    .ToDictionary(row => TableDigests.Hash(row[0]), row => SqlText.Number(row[1]));
            },
        };
    }

    /// <summary>The smallest of those that differ, as many as may be held; one in any case, for each has a row to show.</summary>
    /// <param name="rows">Rows of both sides in each bucket.</param>
    /// <param name="differing">Buckets that differ.</param>
    /// <param name="most">Buckets to choose at most.</param>
    internal static HashSet<int> Choose(long[] rows, IEnumerable<int> differing, int most)
    {
        var chosen = new HashSet<int>();
        long held = 0;
        foreach (int bucket in differing.OrderBy(bucket => rows[bucket]).Take(most))
        {
            held += rows[bucket];
            if (chosen.Count > 0 && held > MostHashes)
                break;
            chosen.Add(bucket);
        }

        return chosen;
    }

    private ReadingLoad FindRows(ReadingPlan plan)
    {
        var encoder = new NativeEncoder(plan.Sent);
        var extras = new ExtraRows(target, most, MostKeptBytes);
        var kept = new Dictionary<ulong, (byte[] Row, long ScanTask)>();
        return new ReadingLoad
        {
            BytesToLookAt = batch => BatchMemory.Bytes(batch) + encoder.HashBytes(batch),
            LookAt = batch => [FindExtras(encoder, batch, extras)],
            Keep = (block, chunk) =>
            {
                var rows = (HashedRows)block;
                foreach ((ulong hash, byte[] row) in rows.Hashes.Zip(rows.Wanted))
                    kept.Add(hash, (row, chunk));
            },
            Finish = async stopping =>
            {
                var digests = new TableDigests(client, plan.Server);
                // Both sides in turn, so that few rows still show what became of one.
                ulong[] missing = [.. extras.Surplus.Where(row => row.Value < 0).Select(row => row.Key)];
                missing = missing[..Math.Min(missing.Length, Math.Max(most / 2, most - kept.Count))];
                string[] shown = Shown(plan);
                var found = new List<RowDifference>();
                foreach ((ulong hash, (byte[] row, long scanTask)) in kept.Take(most - missing.Length))
                    found.Add(new RowDifference(true, extras.Surplus[hash], await TextAsync(digests, plan, shown, row, stopping), scanTask));
                IReadOnlyDictionary<ulong, string> texts = await ReadTextsAsync(digests, plan, shown, missing, stopping);
                found.AddRange(missing.Select(hash => new RowDifference(false, -extras.Surplus[hash], texts.GetValueOrDefault(hash) ?? "a row that is gone by now", null)));
                Found = [.. found.OrderBy(row => row.Row, StringComparer.Ordinal)];
            },
        };
    }

    private HashedRows FindExtras(NativeEncoder encoder, RecordBatch batch, ExtraRows extras)
    {
        using (batch)
        {
            ulong[] hashes = Hash(encoder, batch);
            int[] wanted = [.. Enumerable.Range(0, hashes.Length).Where(row => buckets.Contains(Bucket(hashes[row])) && extras.Count(hashes[row]))];
            return new HashedRows(batch.Length, [.. wanted.Select(row => hashes[row])], [.. wanted.Select(row => Encode(encoder, batch, row, extras))]);
        }
    }

    private static byte[] Encode(NativeEncoder encoder, RecordBatch batch, int row, ExtraRows extras)
    {
        using NativeBlock block = encoder.Encode(BatchSelection.Take(batch, [row], MemoryAllocator.Default.Value));
        extras.AddBytes(block.Bytes);
        return [.. block.Segments.SelectMany(segment => segment.ToArray())];
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
        return (await digests.SelectAsync($"SELECT {TableDigests.Row}, any(__bulkmover_text) FROM ({Hashed(plan, $"{Text(shown)} AS __bulkmover_text")}) WHERE {TableDigests.Row} IN ({string.Join(", ", hashes)}) GROUP BY {TableDigests.Row}", cancellationToken))
            .ToDictionary(row => TableDigests.Hash(row[0]), row => row[1]);
    }

    /// <summary>Lets the server write a row of the source, so that both sides are written alike.</summary>
    private static async Task<string> TextAsync(TableDigests digests, ReadingPlan plan, string[] shown, byte[] row, CancellationToken cancellationToken)
    {
        string structure = string.Join(", ", plan.SentColumns.Select(column => $"{ClickHouseName.Quote(column.Name)} {column.Type}"));
        return (await digests.SelectAsync(
            $"SELECT {Text(shown)} FROM format(Native, {SqlText.Quote(structure)}, unhex('{Convert.ToHexString(row)}'))", cancellationToken))[0][0];
    }

    private string Hashed(ReadingPlan plan, string more) => TableDigests.Hashed(table, plan.Table, plan.SentColumns, more);

    private static string BucketOfRow => $"bitShiftRight({TableDigests.Row}, {64 - BucketBits})";

    private static string Text(string[] columns) => $"formatRowNoNewline('JSONEachRow', {string.Join(", ", columns.Select(ClickHouseName.Quote))})";

    private static ulong[] Hash(NativeEncoder encoder, RecordBatch batch)
    {
        ulong[] hashes = new ulong[batch.Length];
        encoder.HashRows(batch, hashes);
        return hashes;
    }

    private static int Bucket(ulong hash) => (int)(hash >> (64 - BucketBits));
}
