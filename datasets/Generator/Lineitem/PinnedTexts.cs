using ParquetSharp;
using Encoding = System.Text.Encoding;

namespace BulkMover.Datasets.Lineitem;

/// <summary>A few texts as UTF-8 in memory that does not move, because Parquet's byte arrays are raw pointers. Keep it alive while they are used.</summary>
public sealed unsafe class PinnedTexts
{
    private readonly byte[] bytes;
    private readonly ByteArray[] texts;

    public PinnedTexts(params ReadOnlySpan<string> values)
    {
        bytes = GC.AllocateUninitializedArray<byte>(Encoding.UTF8.GetByteCount(string.Concat(values)), pinned: true);
        texts = new ByteArray[values.Length];
        int offset = 0;
        for (int i = 0; i < values.Length; i++)
        {
            int length = Encoding.UTF8.GetBytes(values[i], bytes.AsSpan(offset));
            fixed (byte* start = bytes) texts[i] = new ByteArray((nint)(start + offset), length);
            offset += length;
        }
    }

    public int Count => texts.Length;

    public ByteArray this[int index] => texts[index];

    /// <summary>The text's bytes.</summary>
    public ReadOnlySpan<byte> Span(int index) => new((void*)texts[index].Pointer, texts[index].Length);
}
