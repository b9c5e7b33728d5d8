using BulkMover.Core.Targets;

namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>Finds the partitions that differ when the source's rows are grouped by partition, but not by the server's names.</summary>
internal static class PartitionPairs
{
    /// <param name="columns">Names of the columns.</param>
    /// <param name="source">Of each group; how the source is grouped is a help and no promise.</param>
    /// <param name="found">Of each partition, by its id.</param>
    public static Comparison Compare(IReadOnlyList<string> columns, IReadOnlyList<Digest> source, IReadOnlyDictionary<string, Digest> found)
    {
        Digest all = Digest.Sum(source, columns.Count);
        Digest allFound = Digest.Sum(found.Values, columns.Count);
        return new Comparison(columns, all, allFound, all == allFound ? [] : TryPair(source, found) ?? [new Difference("the table", [], [], all, allFound)]);
    }

    /// <summary>Groups that some partition equals show that both sides are grouped alike; then those that are left belong together.</summary>
    private static List<Difference>? TryPair(IReadOnlyList<Digest> source, IReadOnlyDictionary<string, Digest> found)
    {
        List<Digest> left = [.. source];
        List<KeyValuePair<string, Digest>> others = [.. found.OrderBy(partition => partition.Key, StringComparer.Ordinal).Where(partition => !left.Remove(partition.Value))];
        if (left.Count == source.Count || left.Count != others.Count)
            return null;

        var differences = new List<Difference>();
        foreach ((string partition, Digest there) in others)
        {
            Digest nearest = left.MaxBy(digest => digest.Columns.Zip(there.Columns).Count(pair => pair.First == pair.Second))!;
            left.Remove(nearest);
            differences.Add(new Difference($"partition {partition}", [], [], nearest, there));
        }

        return differences;
    }
}
