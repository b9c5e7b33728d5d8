using System.Buffers.Binary;
using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>Writes files that consist of a footer, with whatever a test wants in it.</summary>
internal static class FooterBytes
{
    /// <param name="schema">The elements after the root.</param>
    /// <param name="rowGroups">The row groups.</param>
    /// <param name="children">What the root says of its children.</param>
    public static byte[] Write(IReadOnlyList<Action<CompactWriter>> schema, IReadOnlyList<Action<CompactWriter>> rowGroups, int? children = null)
    {
        var writer = new CompactWriter();
        writer.BeginElement();
        writer.Int32(1, 2);
        writer.ListHeader(2, CompactType.Struct, schema.Count + 1);
        Element(writer, root =>
        {
            root.String(4, "root");
            root.Int32(5, children ?? schema.Count);
        });
        foreach (Action<CompactWriter> element in schema)
            Element(writer, element);
        writer.Int64(3, 0);
        writer.ListHeader(4, CompactType.Struct, rowGroups.Count);
        foreach (Action<CompactWriter> rowGroup in rowGroups)
            Element(writer, rowGroup);
        writer.End();
        return File(writer.WrittenSpan);
    }

    public static Action<CompactWriter> Column(string name, int type = 1, int? converted = null, Action<CompactWriter>? logical = null, int? children = null, int repetition = 1, int length = 12) => writer =>
    {
        if (children is null)
            writer.Int32(1, type);
        if (type == 7)
            writer.Int32(2, length);
        writer.Int32(3, repetition);
        writer.String(4, name);
        if (children is { } count)
            writer.Int32(5, count);
        if (converted is { } value)
            writer.Int32(6, value);
        if (logical is not null)
        {
            writer.BeginStruct(10);
            logical(writer);
            writer.End();
        }
    };

    public static Action<CompactWriter> RowGroup(long rows, params Action<CompactWriter>[] chunks) => writer =>
    {
        writer.ListHeader(1, CompactType.Struct, chunks.Length);
        foreach (Action<CompactWriter> chunk in chunks)
            Element(writer, chunk);
        writer.Int64(2, 0);
        writer.Int64(3, rows);
    };

    public static Action<CompactWriter> Chunk(int type = 1, int codec = 0, long values = 1, long bytes = 0, long offset = 4, long dictionary = 0, int[]? encodings = null) => writer =>
    {
        writer.Int64(2, 0);
        writer.BeginStruct(3);
        writer.Int32(1, type);
        if (encodings is not null)
            Encodings(writer, encodings);
        writer.Int32(4, codec);
        writer.Int64(5, values);
        writer.Int64(6, bytes);
        writer.Int64(7, bytes);
        writer.Int64(9, offset);
        writer.Int64(11, dictionary);
        writer.End();
    };

    /// <summary>A list of a struct-less type has no writer of its own: each element is a zigzag varint, which one byte holds for these.</summary>
    private static void Encodings(CompactWriter writer, int[] encodings)
    {
        writer.ListHeader(2, CompactType.Int32, encodings.Length);
        foreach (int encoding in encodings)
            writer.Raw((byte)((encoding << 1) ^ (encoding >> 31)));
    }

    public static byte[] File(ReadOnlySpan<byte> footer)
    {
        byte[] file = [.. "PAR1"u8, .. footer, 0, 0, 0, 0, .. "PAR1"u8];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(file.Length - 8), footer.Length);
        return file;
    }

    private static void Element(CompactWriter writer, Action<CompactWriter> fields)
    {
        writer.BeginElement();
        fields(writer);
        writer.End();
    }
}
