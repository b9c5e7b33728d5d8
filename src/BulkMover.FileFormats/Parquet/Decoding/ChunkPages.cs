using System.Buffers.Binary;
using System.IO.Hashing;
using BulkMover.FileFormats.Parquet.Images;
using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>The pages of a leaf column's chunk one after the other, decompressed and taken apart (parquet-format README, "Data Pages").</summary>
/// <param name="chunk">Bytes of the chunk, which <see cref="PageWalk"/> has been through.</param>
/// <param name="sizes">Rows of its pages, and values, nulls included: more than rows in lists.</param>
/// <param name="codec">How its pages are compressed.</param>
/// <param name="has">Which levels it has: repetition levels inside of lists, definition levels where something may be missing.</param>
/// <param name="decompressor">The scan's.</param>
/// <param name="buffers">The column's memory for what it decompresses: for a data page, for the dictionary.</param>
/// <exception cref="InvalidDataException">Thrown by every method for pages that break the format.</exception>
internal sealed class ChunkPages(
    ReadOnlyMemory<byte> chunk, (long Rows, long Values) sizes, CompressionCodec codec, (bool Repetitions, bool Definitions) has,
    PageCodec decompressor, (PageBuffer Data, PageBuffer Dictionary) buffers)
{
    private int position;

    public long Rows => sizes.Rows;

    public long Values => sizes.Values;

    /// <summary>The data page's, after <see cref="MoveNext"/>.</summary>
    public PageHeader Header { get; private set; } = null!;

    /// <summary>Its repetition levels in <see cref="HybridReader"/>'s runs.</summary>
    public ReadOnlyMemory<byte> Repetitions { get; private set; }

    /// <summary>Its definition levels, likewise.</summary>
    public ReadOnlyMemory<byte> Definitions { get; private set; }

    /// <summary>Its encoded values, without nulls.</summary>
    public ReadOnlyMemory<byte> ValueBytes { get; private set; }

    /// <summary>The entries of the chunk's dictionary in PLAIN, and how many there are; known from the first data page on. Null without one.</summary>
    public (ReadOnlyMemory<byte> Bytes, int Entries)? Dictionary { get; private set; }

    /// <summary>Goes on to the next data page. What the last one had is no longer valid; a dictionary stays.</summary>
    public void MoveNext()
    {
        PageHeader header;
        do
        {
            header = PageHeader.Parse(chunk.Span[position..]);
            ReadOnlyMemory<byte> body = chunk.Slice(position + header.HeaderBytes, header.CompressedBytes);
            position += header.HeaderBytes + header.CompressedBytes;
            if (header.Checksum is { } checksum && (uint)checksum != Crc32.HashToUInt32(body.Span))
                throw new InvalidDataException("the checksum of a page does not match its bytes");
            switch (header.Kind)
            {
                case PageKind.Dictionary: OpenDictionary(header, body); break;
                case PageKind.Data: OpenFirstVersion(header, body); break;
                case PageKind.DataV2: OpenSecondVersion(header, body); break;
            }
        }
        while (header.Kind is not (PageKind.Data or PageKind.DataV2));

        Header = header;
    }

    private void OpenDictionary(PageHeader header, ReadOnlyMemory<byte> body)
    {
        if (header.Encoding is not (Encodings.Plain or Encodings.PlainDictionary))
            throw new InvalidDataException($"a dictionary is encoded by {header.Encoding}");
        Dictionary = (Decompress(body, header.UncompressedBytes, buffers.Dictionary), (int)header.Values);
    }

    private void OpenFirstVersion(PageHeader header, ReadOnlyMemory<byte> body)
    {
        ReadOnlyMemory<byte> page = Decompress(body, header.UncompressedBytes, buffers.Data);
        (Repetitions, page) = has.Repetitions ? CutLength(page) : (default, page);
        (Definitions, ValueBytes) = has.Definitions ? CutLength(page) : (default, page);
    }

    private void OpenSecondVersion(PageHeader header, ReadOnlyMemory<byte> body)
    {
        int levelBytes = (int)header.LevelBytes;
        Repetitions = has.Repetitions ? body[..header.RepetitionBytes] : default;
        Definitions = has.Definitions ? body[header.RepetitionBytes..levelBytes] : default;
        ReadOnlyMemory<byte> values = body[levelBytes..];
        ValueBytes = header.IsCompressed ? Decompress(values, header.UncompressedBytes - levelBytes, buffers.Data) : values;
    }

    private ReadOnlyMemory<byte> Decompress(ReadOnlyMemory<byte> from, int bytes, PageBuffer buffer)
    {
        if (codec == CompressionCodec.Uncompressed)
            return from;
        Memory<byte> to = buffer.Room(bytes);
        decompressor.Decompress(codec, from, to.Span);
        return to;
    }

    /// <summary>Cuts bytes off whose length stands before them in four bytes.</summary>
    public static (ReadOnlyMemory<byte> Cut, ReadOnlyMemory<byte> Behind) CutLength(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < sizeof(uint))
            throw new InvalidDataException("a page ends before its levels or runs");
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span);
        ReadOnlyMemory<byte> behind = bytes[sizeof(uint)..];
        return length <= behind.Length
            ? (behind[..(int)length], behind[(int)length..])
            : throw new InvalidDataException($"levels or runs of {length} bytes go beyond the {behind.Length} of their page");
    }
}
