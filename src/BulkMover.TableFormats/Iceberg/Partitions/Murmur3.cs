using System.Buffers.Binary;
using System.Numerics;

namespace BulkMover.TableFormats.Iceberg.Partitions;

/// <summary>Murmur3, 32 bits, x86 variant, seed 0 (Iceberg spec, Appendix B).</summary>
internal static class Murmur3
{
    public static int Hash(ReadOnlySpan<byte> data)
    {
        uint hash = 0;
        ReadOnlySpan<byte> rest = data;
        for (; rest.Length >= sizeof(uint); rest = rest[sizeof(uint)..])
            hash = BitOperations.RotateLeft(hash ^ Mix(BinaryPrimitives.ReadUInt32LittleEndian(rest)), 13) * 5 + 0xE6546B64;

        uint tail = 0;
        for (int index = rest.Length - 1; index >= 0; index--)
            tail = tail << 8 | rest[index];
        if (rest.Length > 0)
            hash ^= Mix(tail);

        hash ^= (uint)data.Length;
        hash = (hash ^ hash >> 16) * 0x85EBCA6B;
        hash = (hash ^ hash >> 13) * 0xC2B2AE35;
        return (int)(hash ^ hash >> 16);
    }

    private static uint Mix(uint block) => BitOperations.RotateLeft(block * 0xCC9E2D51, 15) * 0x1B873593;
}
