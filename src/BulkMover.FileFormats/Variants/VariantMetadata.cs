using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Variants;

/// <summary>The dictionary of field names that a variant's values refer to (VariantEncoding.md, "Metadata encoding").</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly ref struct VariantMetadata
{
    private const int Version = 1;

    private readonly ReadOnlySpan<byte> offsets;
    private readonly ReadOnlySpan<byte> names;
    private readonly int offsetBytes;

    /// <summary>Whether the names are sorted is of no use here: they are looked up by number only.</summary>
    /// <exception cref="VariantException">The bytes are no such dictionary, or one of another version.</exception>
    public VariantMetadata(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            throw new VariantException("its metadata is empty");
        if ((bytes[0] & 0xF) != Version)
            throw new VariantException($"its metadata has version {bytes[0] & 0xF}, and {Version} is known") { IsUnsupported = true };

        offsetBytes = (bytes[0] >> 6) + 1;
        bytes = bytes[1..];
        long count = LittleEndian.Unsigned(LittleEndian.Take(ref bytes, offsetBytes));
        offsets = LittleEndian.Take(ref bytes, (count + 1) * offsetBytes);
        names = bytes;
        Count = (int)count;
        if (Offset(0) != 0 || Offset(Count) != names.Length)
            throw new VariantException($"its metadata ends at {Offset(Count)} of {names.Length} bytes of names");
    }

    public int Count { get; }

    /// <summary>Of all names together.</summary>
    public int NameBytes => names.Length;

    /// <summary>The name of a field in UTF-8, not checked to be that.</summary>
    /// <exception cref="VariantException">There is no such field, or its name lies outside.</exception>
    public ReadOnlySpan<byte> Name(long field)
    {
        if (field >= Count)
            throw new VariantException($"field {field} is asked of {Count} names");
        long start = Offset((int)field), end = Offset((int)field + 1);
        return start <= end && end <= names.Length
            ? names[(int)start..(int)end]
            : throw new VariantException($"the name of field {field} lies at {start} to {end} of {names.Length} bytes");
    }

    private long Offset(int index) => LittleEndian.Unsigned(offsets.Slice(index * offsetBytes, offsetBytes));
}
