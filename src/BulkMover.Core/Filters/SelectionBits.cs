using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using Apache.Arrow;

namespace BulkMover.Core.Filters;

/// <summary>One bit a row, in pooled words; bits beyond the last row are zero. The owner disposes it.</summary>
internal sealed class SelectionBits : IDisposable
{
    private readonly ulong[] words;

    /// <param name="rows">Number of rows; their bits start as zero.</param>
    public SelectionBits(int rows)
    {
        Rows = rows;
        words = ArrayPool<ulong>.Shared.Rent(WordCount);
        Words.Clear();
    }

    public int Rows { get; }

    public Span<ulong> Words => words.AsSpan(0, WordCount);

    private int WordCount => (int)(((uint)Rows + 63) / 64);

    public bool this[int row] => (words[row >> 6] >> row & 1) != 0;

    /// <summary>The rows that are not null by the array's own validity bitmap.</summary>
    public static SelectionBits OfValid(ArrayData data)
    {
        var bits = new SelectionBits(data.Length);
        if (data.NullCount == 0 || data.Buffers.Length == 0 || data.Buffers[0].IsEmpty)
            bits.SetAll();
        else
            bits.Read(data.Buffers[0].Span, data.Offset);
        return bits;
    }

    /// <summary>Takes the rows' bits from a bitmap of Arrow (least significant bit first), from bit <paramref name="offset"/> on.</summary>
    public void Read(ReadOnlySpan<byte> bitmap, int offset)
    {
        Span<byte> padded = stackalloc byte[9];
        int shift = offset & 7;
        bitmap = bitmap[(offset >> 3)..];
        foreach (ref ulong word in Words)
        {
            padded.Clear();
            bitmap[..Math.Min(padded.Length, bitmap.Length)].CopyTo(padded);
            word = BinaryPrimitives.ReadUInt64LittleEndian(padded) >> shift;
            if (shift > 0)
                word |= (ulong)padded[8] << (64 - shift);
            bitmap = bitmap[Math.Min(8, bitmap.Length)..];
        }

        ClearTail();
    }

    public void Set(int row) => words[row >> 6] |= 1UL << row;

    public void SetAll()
    {
        Words.Fill(ulong.MaxValue);
        ClearTail();
    }

    public void Invert()
    {
        foreach (ref ulong word in Words)
            word = ~word;
        ClearTail();
    }

    public void And(SelectionBits other)
    {
        Span<ulong> words = Words;
        ReadOnlySpan<ulong> others = other.Words;
        for (int i = 0; i < words.Length; i++)
            words[i] &= others[i];
    }

    public void Or(SelectionBits other)
    {
        Span<ulong> words = Words;
        ReadOnlySpan<ulong> others = other.Words;
        for (int i = 0; i < words.Length; i++)
            words[i] |= others[i];
    }

    public int Count()
    {
        int count = 0;
        foreach (ulong word in Words)
            count += BitOperations.PopCount(word);
        return count;
    }

    /// <summary>Writes the numbers of the set rows, ascending.</summary>
    public void CopyRowsTo(Span<int> rows)
    {
        int count = 0;
        for (int i = 0; i < Words.Length; i++)
        {
            for (ulong word = Words[i]; word != 0; word &= word - 1)
                rows[count++] = (i << 6) + BitOperations.TrailingZeroCount(word);
        }
    }

    public void Dispose() => ArrayPool<ulong>.Shared.Return(words);

    private void ClearTail()
    {
        if (Rows % 64 != 0)
            words[WordCount - 1] &= (1UL << Rows) - 1;
    }
}
