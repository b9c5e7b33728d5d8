using System.Numerics;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>
/// Finds among the values of a leaf those with which rows and elements begin: at depth 0 the rows, at depth 1 the elements of the outermost list, and
/// so on. A node inside of as many lists has a slot for each.
/// </summary>
internal sealed class ElementStarts
{
    private const int None = -1;

    /// <summary>By depth: definition level from which on there is an element, or a row.</summary>
    private readonly int[] present;

    private readonly ulong[][] starts;

    // Values that repeat at the depth that is looked at or deeper, and those that do deeper.
    private ulong[] repeated, deeper;

    /// <summary>By depth: the value before is within an element.</summary>
    private readonly ulong[] isOpen;
    private int words;

    /// <summary>Definition level of the value before; none at the beginning of a chunk.</summary>
    private int last = None;

    /// <param name="path">The nodes from the column down to the leaf.</param>
    /// <param name="maxValues">Values that are looked at together at most.</param>
    public ElementStarts(IReadOnlyList<NodeLevels> path, int maxValues)
    {
        present = [0, .. path.Where(node => node.IsList).Select(node => node.Defined + 1)];
        int maxWords = (maxValues + LevelMasks.Word - 1) / LevelMasks.Word;
        starts = [.. present.Select(_ => new ulong[maxWords])];
        (repeated, deeper, isOpen) = (new ulong[maxWords], new ulong[maxWords], new ulong[present.Length]);
    }

    /// <summary>Some slots of the node may have nothing in them.</summary>
    public bool MayMiss(NodeLevels node) => node.Defined > present[node.Depth];

    /// <summary>Nothing is open: a chunk begins with a row.</summary>
    public void BeginChunk()
    {
        isOpen.AsSpan().Clear();
        last = None;
    }

    /// <summary>Looks at the values that follow those before.</summary>
    /// <exception cref="InvalidDataException">A value goes on with a list that is not there.</exception>
    public void Find(ReadOnlySpan<byte> definitions, ReadOnlySpan<byte> repetitions)
    {
        words = (definitions.Length + LevelMasks.Word - 1) / LevelMasks.Word;
        for (int depth = 0; depth < present.Length; depth++)
        {
            Span<ulong> here = starts[depth].AsSpan(0, words);
            LevelMasks.AtLeast(definitions, present[depth], here);
            if (present.Length == 1)
                return;
            (repeated, deeper) = (deeper, repeated);
            LevelMasks.AtLeast(repetitions, depth + 1, deeper);
            if (depth > 0)
                Check(here, depth, definitions);
            for (int i = 0; i < here.Length; i++)
                here[i] &= ~deeper[i];
        }

        if (!definitions.IsEmpty)
            last = definitions[^1];
    }

    /// <summary>Bits of the values with which an element at that depth begins, 64 to a word.</summary>
    public ReadOnlySpan<ulong> At(int depth) => starts[depth].AsSpan(0, words);

    /// <summary>
    /// A value that repeats at a depth is an element there, and so was the one before it. Without that, offsets would lead past the elements. Or neither
    /// is and their levels are the same: DuckDB repeats a null array as often as it would have elements, which adds nothing to what the first has told.
    /// </summary>
    private void Check(ReadOnlySpan<ulong> isElement, int depth, ReadOnlySpan<byte> definitions)
    {
        ulong before = isOpen[depth];
        for (int i = 0; i < isElement.Length; i++)
        {
            ulong follows = (isElement[i] << 1) | before;
            for (ulong doubtful = repeated[i] & ~deeper[i] & ~(isElement[i] & follows); doubtful != 0; doubtful &= doubtful - 1)
            {
                int at = (i * LevelMasks.Word) + BitOperations.TrailingZeroCount(doubtful);
                if (definitions[at] != (at == 0 ? last : definitions[at - 1]))
                    throw new InvalidDataException("its levels go on with a list that is null, empty or not there");
            }

            before = isElement[i] >> (LevelMasks.Word - 1);
        }

        if (!definitions.IsEmpty)
            isOpen[depth] = isElement[^1] >> ((definitions.Length - 1) % LevelMasks.Word) & 1;
    }
}
