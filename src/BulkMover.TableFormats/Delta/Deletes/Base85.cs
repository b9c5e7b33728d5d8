using System.Buffers.Binary;

namespace BulkMover.TableFormats.Delta.Deletes;

/// <summary>Bytes as text in the alphabet of Z85 (ZeroMQ RFC 32), which PROTOCOL.md uses for UUIDs and inline deletion vectors.</summary>
internal static class Base85
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

    /// <param name="bytes">A multiple of four.</param>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = new char[bytes.Length / 4 * 5];
        for (int block = 0; block < bytes.Length / 4; block++)
        {
            uint value = BinaryPrimitives.ReadUInt32BigEndian(bytes[(block * 4)..]);
            for (int place = 4; place >= 0; place--, value /= 85)
                text[(block * 5) + place] = Alphabet[(int)(value % 85)];
        }

        return new string(text);
    }

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
