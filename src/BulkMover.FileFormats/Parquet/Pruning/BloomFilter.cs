using System.Buffers.Binary;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet.Pruning;

/// <summary>
/// The split-block bloom filter of a column chunk (BloomFilter.md, "Algorithm"): blocks of eight 32-bit lanes, of which a value sets one
/// bit each. What is not known or broken is taken for no filter: rows do not depend on it.
/// </summary>
internal sealed class BloomFilter
{
    /// <summary>A million distinct values at a false positive rate of 1 % need 1.2 MB ("Build a Bloom filter"); larger ones are not read.</summary>
    public const int MaxBytes = 2 * 1024 * 1024;

    private const int BlockBytes = 32;

    /// <summary>A number of ten bytes, three unions, each of an empty struct, and the end; with room for fields to come.</summary>
    private const int MaxHeaderBytes = 64;

    private readonly byte[] blocks;

    private BloomFilter(byte[] blocks) => this.blocks = blocks;

    /// <summary>Bytes that it holds.</summary>
    public int Bytes => blocks.Length;

    private static ReadOnlySpan<uint> Salts =>
        [0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31];

    /// <summary>Reads it with one request, or two where the footer does not tell its length.</summary>
    /// <param name="file">The file.</param>
    /// <param name="stored">Where it lies.</param>
    /// <param name="maxBytes">A larger one is not read.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Null when there is none that can be used.</returns>
    public static async ValueTask<BloomFilter?> ReadAsync(IRangeReader file, StoredRange stored, long maxBytes, CancellationToken cancellationToken)
    {
        if (maxBytes <= 0 || stored.Offset <= 0 || stored.Offset >= file.Length || stored.Bytes < 0 || stored.Bytes > maxBytes)
            return null;
        byte[] head = new byte[Math.Min(stored.Bytes > 0 ? stored.Bytes : MaxHeaderBytes, file.Length - stored.Offset)];
        await file.ReadAsync(stored.Offset, head, cancellationToken);
        if (HeaderOf(head) is not var (headerBytes, bitBytes) || headerBytes + bitBytes > maxBytes || bitBytes > file.Length - stored.Offset - headerBytes)
            return null;

        byte[] blocks = new byte[bitBytes];
        int known = Math.Min(head.Length - headerBytes, bitBytes);
        head.AsSpan(headerBytes, known).CopyTo(blocks);
        if (known < bitBytes)
            await file.ReadAsync(stored.Offset + headerBytes + known, blocks.AsMemory(known), cancellationToken);
        // Without a bit it holds no value; a chunk of nulls needs no filter to be ruled out, and of any other it was never filled.
        return blocks.AsSpan().ContainsAnyExcept((byte)0) ? new BloomFilter(blocks) : null;
    }

    /// <param name="hash">XXH64 of the value in plain encoding.</param>
    /// <returns>False only when no value of the chunk has this hash.</returns>
    public bool MightHold(ulong hash)
    {
        int block = (int)(((hash >> 32) * (ulong)(blocks.Length / BlockBytes)) >> 32);
        ReadOnlySpan<byte> lanes = blocks.AsSpan(block * BlockBytes, BlockBytes);
        for (int i = 0; i < Salts.Length; i++)
        {
            int bit = (int)(((uint)hash * Salts[i]) >> 27);
            if ((BinaryPrimitives.ReadUInt32LittleEndian(lanes[(i * sizeof(uint))..]) >> bit & 1) == 0)
                return false;
        }

        return true;
    }

    /// <summary>parquet.thrift, <c>BloomFilterHeader</c>. Null when it is none, or names an algorithm, hash or compression that is not known.</summary>
    private static (int HeaderBytes, int BitBytes)? HeaderOf(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new CompactReader(bytes);
            int size = 0, known = 0, id = 0;
            while (reader.NextField(ref id, out CompactType type))
            {
                switch (id)
                {
                    case 1: size = reader.Int32(type); break;
                    case 2 or 3 or 4: known += Member(ref reader, type) == 1 ? 1 : 0; break;
                    default: reader.Skip(type); break;
                }
            }

            return known == 3 && size > 0 && size % BlockBytes == 0 ? (reader.Position, size) : null;
        }
        catch (ThriftException)
        {
            return null;
        }
    }

    /// <summary>The field that is set in a union: 1 is BLOCK, XXHASH and UNCOMPRESSED.</summary>
    private static int Member(ref CompactReader reader, CompactType unionType)
    {
        CompactReader.ExpectStruct(unionType);
        int member = 0, id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            member = id;
            reader.Skip(type);
        }

        return member;
    }
}
