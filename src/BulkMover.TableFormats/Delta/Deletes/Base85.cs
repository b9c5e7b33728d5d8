using System.Buffers.Binary;

namespace BulkMover.TableFormats.Delta.Deletes;

/// <summary>Bytes as text in the alphabet of Z85 (ZeroMQ RFC 32), which PROTOCOL.md uses for UUIDs and inline deletion vectors.</summary>
internal static class Base85
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

    /// <summary>Five characters are four bytes; null when the text is no such thing.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        if (text.Length % 5 != 0)
            return null;

        byte[] bytes = new byte[text.Length / 5 * 4];
        for (int block = 0; block < text.Length / 5; block++)
        {
            ulong value = 0;
            foreach (char character in text.Slice(block * 5, 5))
            {
                int digit = Alphabet.IndexOf(character, StringComparison.Ordinal);
                if (digit < 0)
                    return null;
                value = (value * 85) + (ulong)digit;
            }

            if (value > uint.MaxValue)
                return null;
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(block * 4), (uint)value);
        }

        return bytes;
    }
}
