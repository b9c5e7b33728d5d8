using BulkMover.FileFormats.Parquet.Thrift;
using static BulkMover.FileFormats.Tests.Parquet.FooterBytes;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>Files of one column whose pages are put together byte by byte: what writers of today no longer write, or not yet.</summary>
internal static class HandMadeFile
{
    /// <param name="file">Where to write it.</param>
    /// <param name="repetition">parquet.thrift, <c>FieldRepetitionType</c>.</param>
    /// <param name="rows">Of the one row group.</param>
    /// <param name="codec">parquet.thrift, <c>CompressionCodec</c>.</param>
    /// <param name="encodings">The chunk's list of encodings.</param>
    /// <param name="pages">The pages, headers included, of an INT32 column "c".</param>
    public static void Write(ParquetTestFile file, int repetition, long rows, int codec, int[] encodings, params byte[][] pages)
    {
        byte[] data = [.. pages.SelectMany(page => page)];
        byte[] footer = FooterBytes.Write([Column("c", repetition: repetition)], [RowGroup(rows, Chunk(codec: codec, values: rows, bytes: data.Length, encodings: encodings))]);
        System.IO.File.WriteAllBytes(file.Path, [.. footer[..4], .. data, .. footer[4..]]);
    }

    /// <param name="file">Where to write it.</param>
    /// <param name="columns">Columns of the file's top level.</param>
    /// <param name="schema">The elements after the root.</param>
    /// <param name="rows">Of the one row group.</param>
    /// <param name="leaves">Of each leaf: its parquet.thrift <c>Type</c>, values with nulls, and pages, headers included.</param>
    public static void Write(ParquetTestFile file, int columns, Action<CompactWriter>[] schema, long rows, params (int Type, int Values, byte[][] Pages)[] leaves)
    {
        var data = new List<byte>("PAR1"u8.ToArray());
        var chunks = new List<Action<CompactWriter>>();
        foreach ((int type, int values, byte[][] pages) in leaves)
        {
            int offset = data.Count;
            data.AddRange(pages.SelectMany(page => page));
            chunks.Add(Chunk(type, values: values, bytes: data.Count - offset, offset: offset));
        }

        byte[] footer = FooterBytes.Write(schema, [RowGroup(rows, [.. chunks])], columns);
        System.IO.File.WriteAllBytes(file.Path, [.. data, .. footer[4..]]);
    }

    /// <summary>Levels as a data page V1 has them: a run for each that is repeated, behind the length of all.</summary>
    public static byte[] Levels(params int[] levels)
    {
        var runs = new List<byte>();
        for (int from = 0, to = 0; from < levels.Length; from = to)
        {
            while (to < levels.Length && levels[to] == levels[from])
                to++;
            int header = (to - from) << 1;
            for (; header >= 0x80; header >>= 7)
                runs.Add((byte)(header | 0x80));
            runs.AddRange([(byte)header, (byte)levels[from]]);
        }

        return [.. BitConverter.GetBytes(runs.Count), .. runs];
    }

    /// <summary>A data page V1.</summary>
    public static byte[] Page(int values, byte[] body, int encoding = 0, int levels = 3) => Page(0, body.Length, body, 5, new ThriftTree()
        .Set(1, values, CompactType.Int32).Set(2, encoding, CompactType.Int32).Set(3, levels, CompactType.Int32).Set(4, levels, CompactType.Int32));

    /// <summary>A data page V2 of a column without levels.</summary>
    public static byte[] PageV2(int values, int uncompressedBytes, byte[] body, bool? isCompressed)
    {
        ThriftTree header = new ThriftTree().Set(1, values, CompactType.Int32).Set(2, 0, CompactType.Int32).Set(3, values, CompactType.Int32)
            .Set(4, 0, CompactType.Int32).Set(5, 0, CompactType.Int32).Set(6, 0, CompactType.Int32);
        return Page(3, uncompressedBytes, body, 8, isCompressed is { } compressed ? header.Set(7, compressed) : header);
    }

    /// <summary>A page of a type that has no header of its own here.</summary>
    public static byte[] PageOfType(int type, byte[] body) => Page(type, body.Length, body, 0, null);

    public static byte[] Plain(params int[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Page(int type, int uncompressedBytes, byte[] body, int field, ThriftTree? header)
    {
        ThriftTree page = new ThriftTree().Set(1, type, CompactType.Int32).Set(2, uncompressedBytes, CompactType.Int32).Set(3, body.Length, CompactType.Int32);
        return [.. (header is null ? page : page.Set(field, header)).ToBytes(), .. body];
    }
}
