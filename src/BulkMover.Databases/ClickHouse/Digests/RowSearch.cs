using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;
using BulkMover.Core.Digests;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>
/// Finds rows that one side has and the other has not. A first reading shows in which ranges of row hashes they differ, and of
/// some of those the target's hashes are fetched; a second reading finds what the source has beyond them: run a copy into
/// <see cref="Ranges"/>, then one into <see cref="Rows"/>.
/// </summary>
/// <remarks>
/// Invariant 7: outside the budget it holds at most the hashes of <see cref="MostHashes"/> rows, or of one range where that has more; as many rows
/// of the source as are to be found, from batches that come before they have <see cref="MostKeptBytes"/>; and two numbers a range and side.
/// </remarks>
public sealed class RowSearch
{
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
    private IReadOnlySet<int> ranges = new HashSet<int>();

    /// <summary>How many times the target has each row of the ranges, by its hash.</summary>
    private Dictionary<ulong, long> target = [];

    /// <param name="name">Where the table is, for messages.</param>
    /// <param name="client">The server.</param>
    /// <param name="table">The table.</param>
    /// <param name="differing">Columns that differ: they are shown.</param>
    /// <param name="most">Rows to find at most.</param>
    internal RowSearch(string name, ServerClient client, TableName table, IReadOnlySet<string> differing, int most)
    {
        (this.client, this.table, this.differing, this.most) = (client, table, differing, most);
        Ranges = ReadingPlan.NewTarget(name, client, table, FindRanges);
        Rows = ReadingPlan.NewTarget(name, client, table, FindRows);
    }

    public ITarget Ranges { get; }

    /// <summary>Takes chunks of one scan task each.</summary>
    public ITarget Rows { get; }

    /// <summary>What was found after both copies.</summary>
    public IReadOnlyList<RowDifference> Found { get; private set; } = [];

    private ReadingLoad FindRanges(ReadingPlan plan)
    {
        var encoder = new NativeEncoder(plan.Sent);
        var digests = new TableDigests(client, plan.Server);
        (var ours, var theirs) = (new HashRanges(), new HashRanges());
        return new ReadingLoad
        {
            BytesToLookAt = encoder.HashBytes,
            LookAt = batch =>
            {
                using (batch)
                    return [new SeenRows<ulong[]>(batch.Length, Hash(encoder, batch), 8L * batch.Length)];
            },
            Keep = (block, _) =>
            {
                foreach (ulong hash in ((SeenRows<ulong[]>)block).Seen)
                    ours.Add(hash);
            },
            Finish = async stopping =>
            {
                foreach (string[] row in await digests.SelectAsync(
                    $"SELECT {RangeOfRow} AS hash_range, count(), sum({TableDigests.Row}) FROM ({Hashed(plan, "1")}) GROUP BY hash_range", stopping))
                {
                    theirs.Add((int)SqlText.Number(row[0]), SqlText.Number(row[1]), TableDigests.Hash(row[2]));
                }

                ranges = ours.Choose(theirs, most, MostHashes);
                target = ranges.Count == 0 ? [] : (await digests.SelectAsync(
                    $"SELECT {TableDigests.Row}, count() FROM ({Hashed(plan, "1")}) WHERE {RangeOfRow} IN ({string.Join(", ", ranges)}) GROUP BY {TableDigests.Row}", stopping))
                    .ToDictionary(row => TableDigests.Hash(row[0]), row => SqlText.Number(row[1]));
            },
        };
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
                foreach ((ulong hash, byte[] row) in ((SeenRows<(ulong, byte[])[]>)block).Seen)
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

    private SeenRows<(ulong Hash, byte[] Row)[]> FindExtras(NativeEncoder encoder, RecordBatch batch, ExtraRows extras)
    {
        using (batch)
        {
            ulong[] hashes = Hash(encoder, batch);
            int[] wanted = [.. Enumerable.Range(0, hashes.Length).Where(row => ranges.Contains(HashRanges.RangeOf(hashes[row])) && extras.Count(hashes[row]))];
            return new SeenRows<(ulong, byte[])[]>(batch.Length, [.. wanted.Select(row => (hashes[row], Encode(encoder, batch, row, extras)))], 8L * wanted.Length);
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

    private static string RangeOfRow => $"bitShiftRight({TableDigests.Row}, {64 - HashRanges.Bits})";

    private static string Text(string[] columns) => $"formatRowNoNewline('JSONEachRow', {string.Join(", ", columns.Select(ClickHouseName.Quote))})";

    private static ulong[] Hash(NativeEncoder encoder, RecordBatch batch)
    {
        ulong[] hashes = new ulong[batch.Length];
        encoder.HashRows(batch, hashes);
        return hashes;
    }
}
