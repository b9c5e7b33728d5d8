using System.Buffers.Binary;
using BulkMover.Core.Targets;

namespace BulkMover.Databases.ClickHouse.Transfers;

/// <summary>A digest as the ledger keeps it: numbers of 64 bits, least significant byte first, in base 64; rows, row hash, then nulls and hash of each column.</summary>
internal static class DigestText
{
    public static string Format(Digest digest)
    {
        byte[] bytes = new byte[16 * (1 + digest.Columns.Count)];
        Write(0, digest.Rows, digest.RowHash);
        for (int i = 0; i < digest.Columns.Count; i++)
            Write(i + 1, digest.Columns[i].Nulls, digest.Columns[i].Hash);
        return Convert.ToBase64String(bytes);

        void Write(int place, long count, ulong hash)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16 * place), count);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan((16 * place) + 8), hash);
        }
    }

    public static Digest Parse(string text)
    {
        byte[] bytes = Convert.FromBase64String(text);
        var columns = new ColumnDigest[(bytes.Length / 16) - 1];
        for (int i = 0; i < columns.Length; i++)
            columns[i] = new ColumnDigest(Count(i + 1), Hash(i + 1));
        return new Digest(Count(0), Hash(0), columns);

        long Count(int place) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16 * place));
        ulong Hash(int place) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan((16 * place) + 8));
    }
}
