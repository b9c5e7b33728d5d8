using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>
/// Tells which chunks the rows of a table's parts came with. Chunks came into the table one after another, the first with its own blocks and others by moves, so each has a range of block
/// numbers, and a part's name has the range of the blocks that were merged into it; chunks that share parts can be told together only, and are a
/// group. The last group has also what came after the last chunk.
/// </summary>
internal sealed class BlockRanges
{
    private readonly long[] ends;
    private readonly int[] groups;

    /// <param name="ends">The highest block of the table when each chunk had arrived, ascending.</param>
    /// <param name="parts">Names of the table's parts.</param>
    public BlockRanges(IEnumerable<long> ends, IEnumerable<string> parts)
    {
        this.ends = [.. ends];
        groups = Join(parts);
    }

    /// <summary>Number of groups.</summary>
    public int Count => groups[^1] + 1;

    /// <summary>The group of a chunk.</summary>
    /// <param name="end">The highest block when it had arrived.</param>
    public int GroupOf(long end) => groups[PlaceOf(end)];

    /// <summary>The group of a part.</summary>
    public int GroupOf(string part) => GroupOf(Block(part, 1));

    /// <summary>What a group is called.</summary>
    /// <param name="group">Its number.</param>
    /// <param name="numbers">Those of its chunks, ascending.</param>
    public string Name(int group, IReadOnlyList<long> numbers)
    {
        if (ends.Length == 0)
            return "the table";
        if (numbers.Count == 0)
            return "rows that came later";
        string name = numbers.Count == ends.Length ? "all chunks"
            : numbers.Count == 1 ? $"chunk {numbers[0]}"
            : numbers[^1] - numbers[0] == numbers.Count - 1 ? $"chunks {numbers[0]} to {numbers[^1]}"
            : $"{numbers.Count:N0} chunks between {numbers[0]} and {numbers[^1]}";
        return group == Count - 1 ? $"{name}, and rows that came later" : name;
    }

    /// <summary>The group of each place; the place behind the last chunk is that of all later rows.</summary>
    private int[] Join(IEnumerable<string> parts)
    {
        // How many more parts than at the place before hold a place together with the one before it.
        int[] joins = new int[ends.Length + 2];
        foreach (string part in parts)
        {
            joins[PlaceOf(Block(part, 1)) + 1]++;
            joins[PlaceOf(Block(part, 2)) + 1]--;
        }

        int[] joined = new int[ends.Length + 1];
        int together = 0;
        for (int place = 1; place < joined.Length; place++)
        {
            together += joins[place];
            joined[place] = joined[place - 1] + (together > 0 ? 0 : 1);
        }

        return joined;
    }

    /// <summary>A part's name is its partition, its first and its last block, and how often it was merged and changed.</summary>
    private static long Block(string part, int word) => SqlText.Number(part.Split('_')[word]);

    private int PlaceOf(long block)
    {
        int low = 0;
        for (int high = ends.Length; low < high;)
        {
            int middle = (low + high) / 2;
            (low, high) = ends[middle] >= block ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}

/// <param name="Number">Of the chunk.</param>
/// <param name="Tasks">What tells its scan tasks.</param>
/// <param name="LastBlock">The highest number of a block in the table when it had arrived.</param>
/// <param name="Digest">What its rows come to in the source.</param>
internal sealed record ChunkDigest(long Number, ReadOnlyMemory<byte> Tasks, long LastBlock, Digest Digest);
