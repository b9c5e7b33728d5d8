using System.Buffers.Binary;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>
/// Writes the footer of an image: only the fields that decoding needs, of only the columns and row groups that are read, and
/// only from values that were checked. So the native reader never sees a footer that somebody else wrote.
/// </summary>
internal static class ImageFooter
{
    /// <summary>Length and magic after the footer.</summary>
    private const int TrailerBytes = 8;

    /// <summary>Upper bound of what <see cref="Write"/> returns, in bytes.</summary>
    public static long MaxBytes(SchemaNode root, IReadOnlyList<int> topLevel, int rowGroups)
    {
        // Each number and header takes at most ten bytes; a chunk has eight, a schema element with a logical type twelve.
        const int maxChunk = 80, maxElement = 120, maxRest = 200;
        long elements = 0, leaves = 0;
        foreach (SchemaNode node in topLevel.SelectMany(index => root.Children[index].SelfAndBelow))
        {
            elements += maxElement + (3L * node.Element.Name.Length);
            leaves += node.IsLeaf ? 1 : 0;
        }

        return maxRest + elements + (rowGroups * (maxRest + (leaves * maxChunk)));
    }

    /// <param name="root">The file's schema.</param>
    /// <param name="topLevel">Indexes of the top-level fields that are read, ascending.</param>
    /// <param name="rowGroups">The row groups that are read.</param>
    /// <param name="place">Where a chunk lies in the image, in bytes, and how long it is there.</param>
    public static byte[] Write(
        SchemaNode root,
        IReadOnlyList<int> topLevel,
        IReadOnlyList<ParquetRowGroup> rowGroups,
        Func<ParquetColumnChunk, (long Offset, long Bytes)> place)
    {
        SchemaNode[] leaves = [.. topLevel.SelectMany(index => root.Children[index].Leaves)];
        var writer = new CompactWriter();
        writer.BeginElement();
        writer.Int32(1, 2);
        ImageSchema.Write(writer, root, topLevel);
        writer.Int64(3, rowGroups.Sum(rowGroup => rowGroup.Rows));
        writer.ListHeader(4, CompactType.Struct, rowGroups.Count);
        foreach (ParquetRowGroup rowGroup in rowGroups)
            RowGroup(writer, rowGroup, leaves, place);
        writer.End();
        return WithTrailer(writer.WrittenSpan);
    }

    private static void RowGroup(CompactWriter writer, ParquetRowGroup rowGroup, SchemaNode[] leaves, Func<ParquetColumnChunk, (long Offset, long Bytes)> place)
    {
        writer.BeginElement();
        writer.ListHeader(1, CompactType.Struct, leaves.Length);
        foreach (SchemaNode leaf in leaves)
            Chunk(writer, rowGroup.Columns[leaf.FirstLeaf], place);
        writer.Int64(2, rowGroup.UncompressedBytes);
        writer.Int64(3, rowGroup.Rows);
        writer.End();
    }

    private static void Chunk(CompactWriter writer, ParquetColumnChunk chunk, Func<ParquetColumnChunk, (long Offset, long Bytes)> place)
    {
        (long offset, long bytes) = place(chunk);
        writer.BeginElement();
        writer.Int64(2, 0);
        writer.BeginStruct(3);
        writer.Int32(1, (int)ImageSchema.StoredAs(chunk.Type));
        writer.ListHeader(2, CompactType.Int32, 0);
        writer.ListHeader(3, CompactType.Binary, 0);
        writer.Int32(4, (int)chunk.Codec);
        writer.Int64(5, chunk.Values);
        writer.Int64(6, chunk.UncompressedBytes);
        writer.Int64(7, bytes);
        // The reader takes the first page for what its header says; that the chunk begins with a dictionary is not needed.
        writer.Int64(9, offset);
        writer.End();
        writer.End();
    }

    private static byte[] WithTrailer(ReadOnlySpan<byte> footer)
    {
        byte[] bytes = new byte[footer.Length + TrailerBytes];
        footer.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(footer.Length), footer.Length);
        "PAR1"u8.CopyTo(bytes.AsSpan(footer.Length + sizeof(int)));
        return bytes;
    }
}
