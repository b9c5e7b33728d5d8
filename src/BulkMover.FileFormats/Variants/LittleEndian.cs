namespace BulkMover.FileFormats.Variants;

/// <summary>Unsigned numbers of one to four bytes, and pieces that lie behind each other.</summary>
internal static class LittleEndian
{
    public static long Unsigned(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        1 => bytes[0],
        2 => bytes[0] | bytes[1] << 8,
        3 => bytes[0] | bytes[1] << 8 | bytes[2] << 16,
        _ => (uint)(bytes[0] | bytes[1] << 8 | bytes[2] << 16 | bytes[3] << 24),
    };

    /// <summary>The first bytes; the others remain.</summary>
    /// <exception cref="VariantException">There are not so many.</exception>
    public static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> bytes, long count)
    {
        if (count > bytes.Length)
            throw new VariantException($"{count} bytes are wanted where {bytes.Length} are left");
        ReadOnlySpan<byte> taken = bytes[..(int)count];
        bytes = bytes[(int)count..];
        return taken;
    }
}
