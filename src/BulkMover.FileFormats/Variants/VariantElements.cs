using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Variants;

/// <summary>
/// The values in an encoded array or object: a number of elements, for objects their field ids, offsets, then the values (VariantEncoding.md,
/// "Value Data for Object", "Value Data for Array"). The values may lie in any order. Bytes that belong to none are read over: each value is
/// "the Variant value starting from the i-th field_offset", and writers leave the former value of a field that was set twice where it was
/// (arrow-rs) or reserve room for it (parquet-java, issue 3625).
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct VariantElements
{
    private readonly ReadOnlySpan<byte> ids;
    private readonly ReadOnlySpan<byte> offsets;
    private readonly ReadOnlySpan<byte> values;
    private readonly int idBytes;
    private readonly int offsetBytes;
    private long left;

    /// <param name="value">The encoded array or object with what follows; moved behind it.</param>
    /// <param name="isObject">Objects have field ids.</param>
    /// <exception cref="VariantException">Its parts do not fit into the bytes.</exception>
    public VariantElements(scoped ref ReadOnlySpan<byte> value, bool isObject)
    {
        int header = LittleEndian.Take(ref value, 1)[0] >> 2;
        offsetBytes = (header & 3) + 1;
        idBytes = isObject ? ((header >> 2) & 3) + 1 : 0;
        bool isLarge = (header >> (isObject ? 4 : 2) & 1) != 0;

        long count = LittleEndian.Unsigned(LittleEndian.Take(ref value, isLarge ? 4 : 1));
        ids = LittleEndian.Take(ref value, count * idBytes);
        offsets = LittleEndian.Take(ref value, (count + 1) * offsetBytes);
        Count = (int)count;
        left = Offset(Count);
        values = LittleEndian.Take(ref value, left);
    }

    public int Count { get; }

    public readonly long FieldId(int index) => LittleEndian.Unsigned(ids.Slice(index * idBytes, idBytes));

    /// <summary>Writes an element. Each is written once.</summary>
    /// <exception cref="VariantException">It is no value, lies outside, or the elements take more bytes than there are.</exception>
    public void Write(VariantWriter writer, int index, int depth)
    {
        long offset = Offset(index);
        if (offset >= values.Length)
            throw new VariantException($"an element lies at {offset} of {values.Length} bytes");
        ReadOnlySpan<byte> value = values[(int)offset..];
        int before = value.Length;
        writer.Next(ref value, depth + 1);
        left -= before - value.Length;
        // "There are num_elements number of value entries": none is another one's too. Were they, each level could double the work of the one below.
        if (left < 0)
            throw new VariantException("elements share bytes");
    }

    private readonly long Offset(int index) => LittleEndian.Unsigned(offsets.Slice(index * offsetBytes, offsetBytes));
}
