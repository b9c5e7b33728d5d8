using System.Numerics;
using ParquetSharp;

namespace BulkMover.Datasets.Lineitem;

/// <summary>
/// Writes free text without an object per text: a tracking number, which no codec makes smaller, then words, which all do.
/// Not thread-safe.
/// </summary>
internal sealed unsafe class CommentWriter(int maxTexts)
{
    private const int MinBytes = 20;
    private const int MaxBytes = 43;
    private const int TrackingBytes = 12;

    private static readonly PinnedTexts Words = new(Vocabulary.CommentWords);
    private static readonly int MaxWordBytes = Vocabulary.CommentWords.Max(word => word.Length);

    // The last word of a text is written whole and then cut, so the buffer's end needs room for one more.
    private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>((maxTexts * MaxBytes) + MaxWordBytes, pinned: true);
    private int used;

    /// <summary>Gives the buffer back; earlier texts become invalid.</summary>
    public void Restart() => used = 0;

    public ByteArray Write(ref SplitMix64 random)
    {
        int length = random.Between(MinBytes, MaxBytes);
        Span<byte> room = buffer.AsSpan(used);
        WriteTracking(room, random.Next());
        int written = TrackingBytes + 1;
        // One random number picks eight words; the rare text that needs more begins again with the first.
        for (ulong picks = random.Next(); written < length; picks = BitOperations.RotateRight(picks, 8))
        {
            ReadOnlySpan<byte> word = Words.Span((int)(picks & 0xFF));
            word.CopyTo(room[written..]);
            written += word.Length;
        }

        fixed (byte* start = &buffer[used])
        {
            used += length;
            return new ByteArray((nint)start, length);
        }
    }

    private static void WriteTracking(Span<byte> room, ulong bits)
    {
        for (int i = 0; i < TrackingBytes; i++, bits >>= 5) room[i] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"u8[(int)(bits & 31)];
        room[TrackingBytes] = (byte)' ';
    }
}
