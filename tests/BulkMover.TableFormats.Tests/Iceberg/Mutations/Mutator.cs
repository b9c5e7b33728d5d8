namespace BulkMover.TableFormats.Tests.Iceberg.Mutations;

/// <summary>Breaks bytes in the ways that disks, networks and attackers do. The same seed breaks them in the same way.</summary>
internal sealed class Mutator(int seed)
{
    /// <summary>What a length or a count becomes: zigzag varints of the largest and the smallest number, of −1 and of 2³¹, and 32 bits of the largest.</summary>
    private static readonly byte[][] Numbers =
    [
        [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x01],
        [0x80, 0x80, 0x80, 0x80, 0x10], [0xFF, 0xFF, 0xFF, 0x7F], [0x00], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
    ];

    private readonly Random random = new(seed);

    public Random Random => random;

    /// <summary>A broken copy, of any length.</summary>
    public byte[] Mutate(byte[] original)
    {
        byte[] bytes = original;
        for (int changes = random.Next(1, 4); changes > 0; changes--)
            bytes = MutateOnce(bytes);
        return bytes;
    }

    /// <summary>A copy of the same length that differs between two places.</summary>
    public byte[] MutateWithin(byte[] original, int from, int to)
    {
        byte[] bytes = [.. original];
        do
        {
            int at = random.Next(from, to);
            switch (random.Next(4))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: random.NextBytes(bytes.AsSpan(at, random.Next(1, to - at + 1))); break;
                default:
                    int length = random.Next(1, to - at + 1);
                    original.AsSpan(random.Next(from, to - length + 1), length).CopyTo(bytes.AsSpan(at));
                    break;
            }
        }
        while (bytes.AsSpan().SequenceEqual(original));
        return bytes;
    }

    private byte[] MutateOnce(byte[] bytes)
    {
        if (bytes.Length == 0)
            return [(byte)random.Next(256)];
        int at = random.Next(bytes.Length), length = random.Next(1, 1 + Math.Min(40, bytes.Length - at));
        switch (random.Next(7))
        {
            case 0:
                byte[] flipped = [.. bytes];
                flipped[at] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 1:
                byte[] changed = [.. bytes];
                changed[at] = (byte)random.Next(256);
                return changed;
            case 2:
                return random.Next(4) == 0 ? bytes[..at] : [.. bytes[..at], .. bytes[(at + length)..]];
            case 3:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 4:
                return [.. bytes[..at], .. bytes.AsSpan(random.Next(bytes.Length - length + 1), length), .. bytes[(at + length)..]];
            case 5:
                byte[] number = Numbers[random.Next(Numbers.Length)];
                return [.. bytes[..at], .. number, .. bytes[Math.Min(bytes.Length, at + random.Next(number.Length + 1))..]];
            default:
                byte[] noise = new byte[length];
                random.NextBytes(noise);
                return [.. bytes[..at], .. noise, .. bytes[at..]];
        }
    }
}
