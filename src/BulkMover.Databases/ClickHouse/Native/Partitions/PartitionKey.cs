using System.Buffers;
using Apache.Arrow;

namespace BulkMover.Databases.ClickHouse.Native.Partitions;

/// <summary>
/// Tells which rows of a batch belong to one partition of the target, so that they are sent together: an insert makes one part for each
/// partition it touches. The groups are a help and no promise, for a row in a wrong one costs a part and nothing else: times are taken in UTC, keys are
/// compared by their hash, and before 1970 and after 2149 functions that give a Date put into one partition what comes here as several groups.
/// </summary>
public sealed class PartitionKey
{
    private readonly IReadOnlyList<PartitionTerm> terms;

    private PartitionKey(IReadOnlyList<PartitionTerm> terms) => this.terms = terms;

    /// <summary>Reads <c>partition_key</c> of <c>system.tables</c>; empty for a table without partitions.</summary>
    /// <param name="expression">The expression as the server writes it.</param>
    /// <param name="columns">The columns of the batches that will come, in their order.</param>
    /// <returns>Null when the expression uses a function or a type that is not known here, or a column that is not sent.</returns>
    public static PartitionKey? TryParse(string expression, IReadOnlyList<TargetColumn> columns) =>
        PartitionKeyParser.TryParse(expression, columns) is { } terms ? new PartitionKey(terms) : null;

    /// <summary>The numbers of the rows of each partition, ascending; partitions in the order of their first rows. Null keys are one partition.</summary>
    public IReadOnlyList<PartitionRows> Group(RecordBatch batch)
    {
        ulong[] hashes = ArrayPool<ulong>.Shared.Rent(batch.Length);
        int[] groups = ArrayPool<int>.Shared.Rent(batch.Length);
        try
        {
            Span<ulong> keys = hashes.AsSpan(0, batch.Length);
            keys.Clear();
            foreach (PartitionTerm term in terms)
                term.AddTo(keys, batch.Column(term.Column).Data);
            return Collect(keys, groups.AsSpan(0, batch.Length));
        }
        finally
        {
            ArrayPool<ulong>.Shared.Return(hashes);
            ArrayPool<int>.Shared.Return(groups);
        }
    }

    private static PartitionRows[] Collect(ReadOnlySpan<ulong> keys, Span<int> groups)
    {
        List<int> counts = Number(keys, groups);
        int[] rows = new int[keys.Length];
        int[] next = new int[counts.Count];
        int start = 0;
        for (int group = 0; group < counts.Count; group++)
        {
            next[group] = start;
            start += counts[group];
        }

        for (int row = 0; row < groups.Length; row++)
            rows[next[groups[row]]++] = row;

        // By now each group's next place is its end.
        var result = new PartitionRows[counts.Count];
        for (int group = 0; group < counts.Count; group++)
            result[group] = new PartitionRows(keys[rows[next[group] - 1]], rows.AsMemory(next[group] - counts[group], counts[group]));
        return result;
    }

    /// <summary>Gives each row the number of its group; the result has each group's number of rows.</summary>
    private static List<int> Number(ReadOnlySpan<ulong> keys, Span<int> groups)
    {
        var numbers = new Dictionary<ulong, int>();
        var counts = new List<int>();
        int group = 0;
        for (int row = 0; row < keys.Length; row++)
        {
            // Neighbours mostly share their partition.
            if ((row == 0 || keys[row] != keys[row - 1]) && !numbers.TryGetValue(keys[row], out group))
            {
                group = counts.Count;
                numbers.Add(keys[row], group);
                counts.Add(0);
            }

            groups[row] = group;
            counts[group]++;
        }

        return counts;
    }
}
