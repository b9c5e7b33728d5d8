using System.Buffers.Binary;

namespace BulkMover.Core.Scans;

/// <summary>Writes the chunks of a <see cref="PositionSet"/> as containers of roaring bitmaps; see <see cref="PositionSet.ToRoaring"/>.</summary>
internal static class RoaringWriter
{
    /// <summary>RoaringFormatSpec, "Extension for 64-bit implementations": the number of bitmaps; before each its positions' higher 32 bits.</summary>
    private const int CountBytes = sizeof(long), HighBytes = sizeof(uint);

    /// <summary>Cookie and number of containers; of each container its key and cardinality, and where it begins.</summary>
    private const int CookieBytes = 2 * sizeof(uint), DescriptionBytes = 2 * sizeof(ushort), OffsetBytes = sizeof(uint);

    public static byte[] Write(PositionSet set)
    {
        KeyValuePair<long, PositionChunk>[][] bitmaps = [.. set.Chunks.GroupBy(HighOf).Select(chunks => chunks.ToArray())];
        byte[] bytes = new byte[CountBytes + bitmaps.Sum(bitmap => HighBytes + BytesOf(bitmap))];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bitmaps.Length);
        Span<byte> rest = bytes.AsSpan(CountBytes);
        foreach (KeyValuePair<long, PositionChunk>[] bitmap in bitmaps)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)HighOf(bitmap[0]));
            rest = rest[(HighBytes + Write32(bitmap, rest[HighBytes..]))..];
        }

        return bytes;
    }

    private static long HighOf(KeyValuePair<long, PositionChunk> chunk) => chunk.Key >> PositionSet.ChunkBits;

    private static int BytesOf(KeyValuePair<long, PositionChunk>[] chunks) =>
        CookieBytes + (chunks.Length * (DescriptionBytes + OffsetBytes)) + chunks.Sum(chunk => chunk.Value.Bytes);

    /// <summary>RoaringFormatSpec: cookie header, descriptive header, offset header, containers.</summary>
    /// <returns>Bytes of it.</returns>
    private static int Write32(KeyValuePair<long, PositionChunk>[] chunks, Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, RoaringReader.CookieWithoutRuns);
        BinaryPrimitives.WriteInt32LittleEndian(target[sizeof(uint)..], chunks.Length);
        Span<byte> descriptions = target[CookieBytes..], offsets = descriptions[(chunks.Length * DescriptionBytes)..];
        int place = CookieBytes + (chunks.Length * (DescriptionBytes + OffsetBytes));
        for (int i = 0; i < chunks.Length; i++)
        {
            PositionChunk chunk = chunks[i].Value;
            BinaryPrimitives.WriteUInt16LittleEndian(descriptions[(i * DescriptionBytes)..], (ushort)chunks[i].Key);
            BinaryPrimitives.WriteUInt16LittleEndian(descriptions[((i * DescriptionBytes) + sizeof(ushort))..], (ushort)(chunk.Count - 1));
            BinaryPrimitives.WriteInt32LittleEndian(offsets[(i * OffsetBytes)..], place);
            chunk.Write(target[place..]);
            place += chunk.Bytes;
        }

        return place;
    }
}
