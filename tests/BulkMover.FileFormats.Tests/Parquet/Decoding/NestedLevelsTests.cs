using Apache.Arrow;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Parquet.Decoding;
using BulkMover.FileFormats.Parquet.Metadata;
using Xunit;

namespace BulkMover.FileFormats.Tests.Parquet.Decoding;

/// <summary>
/// README.md, "Nested Encoding": levels of any kind, right or wrong, against an assembly that goes value by value. What is not a column is refused,
/// and what is gives its validity and offsets; no byte is touched behind the levels or the buffers.
/// </summary>
public sealed class NestedLevelsTests
{
    private static readonly GuardedAllocator Allocator = new();

    /// <summary>Optional list of optional structs, in them a required list of optional leaves.</summary>
    private static readonly NodeLevels[] Path = [new(0, 1, true, true), new(1, 3, true, false), new(1, 3, false, true), new(2, 5, true, false)];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void TryNext_AnyLevels_AreAssembledOrRefused(int seed)
    {
        var random = new Random(seed);
        int refused = 0, assembled = 0;
        for (int i = 0; i < 300; i++)
        {
            (int Repetition, int Definition)[] levels = [.. AnyLevels(random)];
            if (random.Next(2) == 0)
                levels[random.Next(levels.Length)] = (random.Next(4), random.Next(7));
            string? expected = Assemble(levels);
            string? actual = Decode(levels, random);
            Assert.Equal(expected, actual);
            (refused, assembled) = expected is null ? (refused + 1, assembled) : (refused, assembled + 1);
        }

        Assert.True(refused > 30 && assembled > 100, $"{refused} refused, {assembled} assembled");
    }

    [Fact]
    public void TryNext_RunsLongerThanWhatIsUnpackedAtATime_AreRead()
    {
        // A row of 10,000 elements, then as many rows of one.
        (int, int)[] levels = [(0, 5), .. Enumerable.Repeat((2, 5), 9_999), .. Enumerable.Repeat((0, 5), 10_000)];

        Assert.Equal(Assemble(levels), Decode(levels, new Random(1)));
    }

    /// <summary>Those of a column: what repeats goes on with a list that has an element.</summary>
    private static IEnumerable<(int Repetition, int Definition)> AnyLevels(Random random)
    {
        int definition = 0, last = random.Next(4) == 0 ? 600 : 30;
        bool varied = random.Next(3) > 0;
        for (int i = random.Next(1, last); i > 0; i--)
        {
            int repetition = i == last || (varied && random.Next(4) == 0) ? 0 : definition >= 4 ? random.Next(3) : definition >= 2 ? random.Next(2) : 0;
            int least = repetition switch { 0 => 0, 1 => 2, _ => 4 };
            definition = varied ? random.Next(least, 6) : Math.Max(least, 5 - (i / 100 % 3));
            yield return (repetition, definition);
        }
    }

    /// <summary>
    /// Validity and offsets of each node, value by value; null where the levels are not those of a column. Those that only repeat that a list has no
    /// element, as DuckDB writes them for null arrays, tell nothing.
    /// </summary>
    private static string? Assemble((int Repetition, int Definition)[] levels)
    {
        var nodes = Path.Select(_ => new List<string>()).ToArray();
        int[] elements = new int[3];
        int before = 0;
        for (int i = 0; i < levels.Length; i++)
        {
            (int repetition, int definition) = levels[i];
            // Levels at which an element of each depth is there.
            int[] present = [0, 2, 4];
            if (repetition > 2 || definition > 5 || (i == 0 && repetition > 0))
                return null;
            if (repetition > 0 && (definition < present[repetition] || before < present[repetition]))
            {
                if (definition != before)
                    return null;
                continue;
            }

            before = definition;
            for (int node = 0; node < Path.Length; node++)
            {
                if (repetition <= Path[node].Depth && definition >= present[Path[node].Depth])
                    nodes[node].Add((Path[node].IsNullable && definition < Path[node].Defined ? "-" : "+") + (Path[node].IsList ? $"{elements[Path[node].Depth + 1]}" : ""));
            }

            for (int depth = 1; depth <= 2; depth++)
                elements[depth] += repetition <= depth && definition >= present[depth] ? 1 : 0;
        }

        return string.Join(" | ", nodes.Select((node, i) => string.Join(' ', node) + (Path[i].IsList ? $" {elements[Path[i].Depth + 1]}" : "")));
    }

    private static string? Decode((int Repetition, int Definition)[] levels, Random random)
    {
        int rows = levels.Count(level => level.Repetition == 0);
        using var page = new GuardedMemory(HandMadeFile.Page(levels.Length,
            [.. Runs(levels.Select(level => level.Repetition), 2, random), .. Runs(levels.Select(level => level.Definition), 3, random)]));
        using var codec = new PageCodec();
        using PageBuffer data = new(), dictionary = new();
        var chunk = new ChunkPages(page.Memory, (rows, levels.Length), CompressionCodec.Uncompressed, (true, true), codec, (data, dictionary));
        using var nested = new NestedLevels(Path, "c", Allocator);
        var buffers = new TakenBuffers(Allocator);
        try
        {
            chunk.MoveNext();
            nested.BeginBatch(rows);
            nested.BeginChunk(rows);
            nested.BeginPage(chunk, isLast: true);
            while (!nested.IsComplete)
            {
                if (!nested.TryNext(out _))
                    return null;
            }

            return string.Join(" | ", nested.Nodes.Select(node => Describe(node, buffers)));
        }
        catch (InvalidDataException)
        {
            return null;
        }
        finally
        {
            buffers.Release();
        }
    }

    private static string Describe(NodeSlots slots, TakenBuffers buffers)
    {
        int missing = slots.Missing;
        ArrowBuffer validity = slots.TakeValidity(buffers), offsets = slots.Node.IsList ? slots.TakeOffsets(buffers) : ArrowBuffer.Empty;
        int[] begins = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(offsets.Span).ToArray();
        bool[] valid = [.. Enumerable.Range(0, slots.Count).Select(i => validity.IsEmpty || BitUtility.GetBit(validity.Span, i))];
        Assert.Equal(slots.Node.IsNullable ? missing : 0, valid.Count(bit => !bit));
        return string.Join(' ', valid.Select((bit, i) => (bit ? "+" : "-") + (slots.Node.IsList ? $"{begins[i]}" : ""))) + (slots.Node.IsList ? $" {begins[^1]}" : "");
    }

    /// <summary>Runs of both kinds (Encodings.md, "RLE"), behind their length.</summary>
    private static byte[] Runs(IEnumerable<int> levels, int width, Random random)
    {
        var runs = new List<byte>();
        int[] all = [.. levels];
        for (int at = 0; at < all.Length;)
        {
            int same = all.Skip(at).TakeWhile(level => level == all[at]).Count();
            if (same >= 8 || random.Next(3) == 0)
            {
                AddHeader((uint)same << 1);
                runs.Add((byte)all[at]);
                at += same;
                continue;
            }

            int[] some = [.. all.Skip(at).Take(8)];
            AddHeader(1 << 1 | 1);
            runs.AddRange(BitsTests.Pack([.. some.Concat(new int[8]).Take(8).Select(level => (uint)level)], width));
            at += some.Length;
        }

        return [.. BitConverter.GetBytes(runs.Count), .. runs];

        void AddHeader(uint header)
        {
            for (; header >= 0x80; header >>= 7)
                runs.Add((byte)(header | 0x80));
            runs.Add((byte)header);
        }
    }
}
