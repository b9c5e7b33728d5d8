using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>The text of a column's batch in the making.</summary>
/// <param name="column">For the message.</param>
/// <param name="allocator">Where its memory comes from.</param>
internal sealed class TextBuffer(string column, MemoryAllocator allocator) : IDisposable
{
    /// <summary>Bytes that are copied at once: most values are shorter, and one copy of fixed size is cheaper than one of the right size.</summary>
    private const int Stride = 32;

    private readonly GrowingMemory memory = new(column, allocator);

    /// <summary>Bytes of the text before, and some more: the next one is likely to be no longer.</summary>
    private long last;

    public int Length { get; private set; }

    /// <summary>Begins a text.</summary>
    /// <param name="likely">Bytes that it will probably have.</param>
    public void Begin(long likely) => memory.Begin(Math.Max(likely, last) + Stride, long.MaxValue);

    /// <summary>
    /// Room for more text, which the caller fills; as many bytes of a stride behind it may be written too, whatever they are. Valid until more is asked for.
    /// </summary>
    /// <exception cref="Core.Errors.UnsupportedFeatureException">All together is more than 32-bit offsets reach.</exception>
    public Span<byte> Extend(long bytes)
    {
        Span<byte> room = memory.Room(Length + bytes + Stride)[Length..];
        Length += (int)bytes;
        return room;
    }

    /// <summary>The last bytes of the text.</summary>
    public ReadOnlySpan<byte> Tail(int bytes) => memory.Room(Length)[(Length - bytes)..];

    /// <summary>Hands the text over as a buffer of just its length.</summary>
    public ArrowBuffer Take(TakenBuffers buffers)
    {
        ArrowBuffer taken = memory.Take(Length, buffers);
        (last, Length) = (Length + (Length / 16L), 0);
        return taken;
    }

    public void Dispose() => memory.Dispose();

    /// <summary>Copies a value; behind it, up to a stride from where it begins, <paramref name="to"/> then holds anything.</summary>
    /// <param name="from">Holds the value and perhaps more.</param>
    /// <param name="at">Where the value begins.</param>
    /// <param name="length">Bytes of the value.</param>
    /// <param name="to">Has room for the value and a stride.</param>
    /// <param name="place">Where it goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(ReadOnlySpan<byte> from, int at, int length, Span<byte> to, int place)
    {
        if (length <= Stride && from.Length - at >= Stride && to.Length - place >= Stride)
        {
            Unsafe.CopyBlockUnaligned(
                ref Unsafe.Add(ref MemoryMarshal.GetReference(to), place), in Unsafe.Add(ref MemoryMarshal.GetReference(from), at), Stride);
        }
        else
        {
            from.Slice(at, length).CopyTo(to[place..]);
        }
    }
}
