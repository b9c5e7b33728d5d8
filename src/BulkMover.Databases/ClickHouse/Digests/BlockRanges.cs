using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>
/// Tells which chunks the rows of a table's parts came with. Chunks were moved into the table one after another, so each has a range of block
/// numbers, and a part's name has the range of the blocks that were merged into it; chunks that share parts can be told together only.
/// </summary>
/// <param name="chunks">The chunks in the order in which they arrived.</param>
/// <param name="later">What came after the last of them and is known; nothing for most tables.</param>
internal sealed class BlockRanges(IReadOnlyList<ChunkDigest> chunks, Digest later)
{
    /// <summary>Where what was sent differs from what is there.</summary>
    /// <param name="found">What the rows of each part come to, by its name.</param>
    public IReadOnlyList<Difference> Compare(IReadOnlyDictionary<string, Digest> found)
    {
        (int First, int Last, Digest Digest)[] parts = [.. found.Select(part => (PlaceOf(Block(part.Key, 1)), PlaceOf(Block(part.Key, 2)), part.Value))];
        int[] groups = Groups(parts);
        ILookup<int, Digest> there = parts.ToLookup(part => groups[part.First], part => part.Digest);
        return [.. Enumerable.Range(0, groups.Length).GroupBy(place => groups[place])
            .Select(group => Compare([.. group], there[group.Key])).OfType<Difference>()];
    }

    /// <summary>The group of each place; the place behind the last chunk is that of all later rows.</summary>
    private int[] Groups((int First, int Last, Digest Digest)[] parts)
    {
        // How many more parts than at the place before hold a place together with the one before it.
        int[] joins = new int[chunks.Count + 2];
        foreach ((int first, int last, _) in parts)
        {
            joins[first + 1]++;
            joins[last + 1]--;
        }

        int[] groups = new int[chunks.Count + 1];
        int joined = 0;
        for (int place = 1; place < groups.Length; place++)
        {
            joined += joins[place];
            groups[place] = groups[place - 1] + (joined > 0 ? 0 : 1);
        }

        return groups;
    }

    private Difference? Compare(int[] places, IEnumerable<Digest> found)
    {
        ChunkDigest[] ours = [.. places.Where(place => place < chunks.Count).Select(place => chunks[place])];
        bool isLater = places[^1] == chunks.Count;
        int columns = later.Columns.Count;
        Digest source = Digest.Sum([.. ours.Select(chunk => chunk.Digest), .. isLater ? (Digest[])[later] : []], columns);
        Digest target = Digest.Sum(found, columns);
        return source == target ? null : new Difference(Name(ours, isLater), [.. ours.Select(chunk => chunk.Number).Order()], [.. ours.Select(chunk => chunk.Tasks)], source, target);
    }

    private string Name(ChunkDigest[] ours, bool isLater)
    {
        if (chunks.Count == 0)
            return "the table";
        if (ours.Length == 0)
            return "rows that came later";
        long[] numbers = [.. ours.Select(chunk => chunk.Number).Order()];
        string name = numbers.Length == chunks.Count ? "all chunks" : numbers.Length == 1 ? $"chunk {numbers[0]}" : numbers[^1] - numbers[0] == numbers.Length - 1 ? $"chunks {numbers[0]} to {numbers[^1]}" : $"{numbers.Length:N0} chunks between {numbers[0]} and {numbers[^1]}";
        return isLater ? $"{name}, and rows that came later" : name;
    }

    /// <summary>A part's name is its partition, its first and its last block, and how often it was merged and changed.</summary>
    private static long Block(string part, int word) => SqlText.Number(part.Split('_')[word]);

    private int PlaceOf(long block)
    {
        int low = 0;
        for (int high = chunks.Count; low < high;)
        {
            int middle = (low + high) / 2;
            (low, high) = chunks[middle].LastBlock >= block ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}

/// <param name="Number">Of the chunk.</param>
/// <param name="Tasks">What tells its scan tasks.</param>
/// <param name="LastBlock">The highest number of a block in the table when it had arrived.</param>
/// <param name="Digest">What its rows come to in the source.</param>
internal sealed record ChunkDigest(long Number, ReadOnlyMemory<byte> Tasks, long LastBlock, Digest Digest);
