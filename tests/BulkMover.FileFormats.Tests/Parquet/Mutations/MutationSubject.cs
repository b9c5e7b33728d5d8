using System.Runtime.InteropServices;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Parquet;
using BulkMover.FileFormats.Parquet.Images;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Tests.Parquet.Mutations;

/// <summary>A file to damage, and where its structure lies: few bytes of many, which chance alone would rarely meet.</summary>
internal sealed class MutationSubject
{
    private static readonly byte[] Telling = [0x00, 0x01, 0x02, 0x0F, 0x10, 0x3F, 0x40, 0x7E, 0x7F, 0x80, 0x81, 0xFE, 0xFF];

    private readonly byte[] bytes;
    private readonly List<Range> structures = [];

    public MutationSubject(string path)
    {
        (Path, bytes) = (path, File.ReadAllBytes(path));
        structures.Add(..);
        try
        {
            ParquetFooter footer = ParquetFooter.Of(bytes, Location.OnDisk(path));
            structures.Add((int)footer.DataEnd..);
            foreach (ParquetColumnChunk chunk in footer.RowGroups.SelectMany(rowGroup => rowGroup.Columns).Take(100))
            {
                AddHeaders(chunk);
                AddIndexes(chunk);
            }
        }
        catch (Exception error) when (error is BulkMoverException or ThriftException)
        {
            // Broken already: damaged anywhere.
        }
    }

    public string Path { get; }

    /// <summary>The file with some bytes changed, taken out or put in: the same for the same random numbers.</summary>
    public byte[] Damage(Random random)
    {
        var damaged = new List<byte>(bytes);
        for (int edits = random.Next(1, 5); edits > 0 && damaged.Count > 0; edits--)
        {
            (int start, int length) = structures[random.Next(structures.Count)].GetOffsetAndLength(bytes.Length);
            int at = Math.Min(start + random.Next(Math.Max(length, 1)), damaged.Count - 1);
            switch (random.Next(10))
            {
                case 0:
                    damaged.RemoveRange(at, Math.Min(random.Next(1, 9), damaged.Count - at));
                    break;
                case 1:
                    damaged.InsertRange(at, CollectionsMarshal.AsSpan(damaged).Slice(at, Math.Min(random.Next(1, 9), damaged.Count - at)).ToArray());
                    break;
                case 2:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case < 6:
                    damaged[at] = Telling[random.Next(Telling.Length)];
                    break;
                default:
                    damaged[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        return [.. damaged];
    }

    /// <summary>Bloom filter and page index: of filters mostly the header, since any bits are such a filter.</summary>
    private void AddIndexes(ParquetColumnChunk chunk)
    {
        const int bloomHeader = 32;
        foreach (StoredRange range in new[] { chunk.OffsetIndex, chunk.ColumnIndex, chunk.BloomFilter with { Bytes = bloomHeader } })
        {
            if (range.Offset > 0 && range.Bytes > 0 && range.Offset + range.Bytes <= bytes.Length)
                structures.Add((int)range.Offset..(int)(range.Offset + range.Bytes));
        }
    }

    /// <summary>Page headers, and the first bytes of the pages: levels and bit widths.</summary>
    private void AddHeaders(ParquetColumnChunk chunk)
    {
        const int firstBytes = 24;
        int offset = (int)chunk.Offset, end = (int)(chunk.Offset + chunk.CompressedBytes);
        for (long values = 0; values < chunk.Values && offset < end && structures.Count < 1000;)
        {
            PageHeader page = PageHeader.Parse(bytes.AsSpan(offset, end - offset));
            structures.Add(offset..(offset + page.HeaderBytes + Math.Min(page.CompressedBytes, firstBytes)));
            offset += page.HeaderBytes + page.CompressedBytes;
            values += page.Kind == PageKind.Dictionary ? 0 : page.Values;
        }
    }
}
