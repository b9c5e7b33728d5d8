using System.Buffers;
using System.Buffers.Binary;
using Apache.Arrow;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet;

/// <summary>What a Parquet file says about itself: read, and held to the file's length, without touching its data.</summary>
public sealed class ParquetFooter
{
    /// <summary>Length and magic at the end of a file (parquet-format README, "File format").</summary>
    internal const int TrailerBytes = 8;

    /// <summary>
    /// The end of a file that is read first. Footers of ordinary files fit, so that one request reads them; the rest of a longer one
    /// costs a second.
    /// </summary>
    internal const int TailBytes = 64 * 1024;

    private const int MaxDictionaryHeaderBytes = 100;

    private readonly FileMetadata metadata;
    private readonly ParquetSchema schema;
    private IReadOnlyList<LeafMetrics>? metrics;
    private IReadOnlyList<long?>? nans;

    private ParquetFooter(FileMetadata metadata, ParquetSchema schema, FileEnd end, long fileBytes)
    {
        (this.metadata, this.schema, End, FileBytes) = (metadata, schema, end, fileBytes);
        Rows = metadata.RowGroups.Sum(rowGroup => rowGroup.Rows);
        Features = [.. schema.Features, .. FileFeatures.OfChunks([.. Enumerable.Range(0, schema.Leaves.Count)], metadata.RowGroups)];
    }

    /// <summary>The schema that rows are read with; fields at all levels carry their ids.</summary>
    public Schema Schema => schema.Readable;

    /// <summary>Rows of all row groups. The footer's own <c>num_rows</c> is not used: writers are known that leave it at 0.</summary>
    public long Rows { get; }

    /// <summary>Length of the file that it was read from.</summary>
    public long FileBytes { get; }

    public IReadOnlyList<ParquetRowGroup> RowGroups => metadata.RowGroups;

    /// <summary>In file order, repeated keys included.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> KeyValueMetadata => metadata.KeyValues;

    /// <summary>The writer, in its own words; null when it does not say.</summary>
    public string? CreatedBy => metadata.CreatedBy;

    /// <summary>What it was read from: nothing before the footer.</summary>
    public FileEnd End { get; }

    /// <summary>Codecs and types of the file, each with whether it is read.</summary>
    public IReadOnlyList<TableFeature> Features { get; }

    /// <summary>What it tells of each leaf column, in the order of the file's schema.</summary>
    public IReadOnlyList<LeafMetrics> Metrics => metrics ??= FooterMetrics.Of(this);

    /// <summary>Where each row group begins in the file, in bytes.</summary>
    public IReadOnlyList<long> RowGroupOffsets() => [.. RowGroups.Where(rowGroup => rowGroup.Columns.Count > 0).Select(rowGroup => rowGroup.Columns.Min(chunk => chunk.Offset))];

    /// <summary>Keys of a map are optional (LogicalTypes.md, "Maps": "should" be required): <see cref="Schema"/> has them as required, and a null among them is an error.</summary>
    public bool HasOptionalKeys => Root.OptionalKeys.Any();

    /// <summary>Path of a decimal that is in a larger type than its digits need; null when there is none.</summary>
    public string? WideDecimal => Root.SelfAndBelow.FirstOrDefault(node => node.Element.IsWideDecimal)?.Path;

    internal SchemaNode Root => schema.Root;

    /// <summary>Numbers of the leaf columns below some columns of the top level, in their order.</summary>
    internal int[] LeavesOf(IEnumerable<int> columns) => [.. columns.SelectMany(index => Root.Children[index].Leaves).Select(leaf => leaf.FirstLeaf)];

    /// <summary>As <see cref="Schema"/>, but a variant is the group that it is stored as.</summary>
    internal Schema FileSchema => schema.Corrected;

    /// <summary>As <see cref="FileSchema"/>, but with the types that the native reader gives: see <see cref="ArrowSchemas"/>.</summary>
    internal Schema StoredSchema => schema.Stored;

    /// <summary>NaNs in a top-level column; null when unknown: footers do not tell, and only of a file that was written here they were counted.</summary>
    internal long? NansOf(int column) => nans?[column];

    /// <summary>What bounds of a leaf column are ordered by.</summary>
    internal ColumnOrder OrderOf(SchemaNode leaf) =>
        leaf.FirstLeaf < metadata.ColumnOrders.Count ? metadata.ColumnOrders[leaf.FirstLeaf] : ColumnOrder.Undefined;

    /// <summary>Where the footer begins: all data lie before it.</summary>
    internal long DataEnd => FileBytes - End.Bytes.Length;

    /// <summary>
    /// Length of a chunk in the file. Some writers left the header of the dictionary page out of it (PARQUET-816): the bytes that such a
    /// header can have are added, and the pages tell where the chunk ends.
    /// </summary>
    internal long StoredBytes(ParquetColumnChunk chunk) =>
        chunk.CompressedBytes == 0 ? 0 : Math.Min(chunk.CompressedBytes + MaxDictionaryHeaderBytes, DataEnd - chunk.Offset);

    /// <summary>Of a file that is to be read: as planning has read it, or else as below.</summary>
    public static Task<ParquetFooter> ReadAsync(IObjectStore store, ScanTask task, CancellationToken cancellationToken) => task.End is { } end
        ? Task.FromResult(Parse(end, task.FileBytes, task.File))
        : ReadAsync(store, task.File, task.FileBytes, cancellationToken);

    /// <summary>Reads the footer with one request, or two when it is long.</summary>
    /// <param name="store">Where the file lies.</param>
    /// <param name="file">The file.</param>
    /// <param name="knownBytes">Its length where metadata gives it.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="Core.Errors.CorruptTableException">The file is missing, or its end is not a valid footer.</exception>
    /// <exception cref="Core.Errors.UnsupportedFeatureException">The file is encrypted.</exception>
    public static async Task<ParquetFooter> ReadAsync(IObjectStore store, Location file, long? knownBytes, CancellationToken cancellationToken)
    {
        await using IRangeReader reader = await store.OpenAsync(file, knownBytes, cancellationToken);
        return await ReadAsync(reader, file, cancellationToken);
    }

    /// <summary>
    /// Of a file whose data are read next: as planning has read it where the store tells versions apart, so that data of another version are found out.
    /// </summary>
    internal static Task<ParquetFooter> ReadAsync(IRangeReader reader, ScanTask task, CancellationToken cancellationToken) => task.End is { Version: not null } end
        ? Task.FromResult(Parse(end, task.FileBytes, task.File))
        : ReadAsync(reader, task.File, cancellationToken);

    internal static async Task<ParquetFooter> ReadAsync(IRangeReader reader, Location file, CancellationToken cancellationToken)
    {
        // Shared: of many files these would be most of what is allocated, and a footer is a small part of most.
        byte[] shared = ArrayPool<byte>.Shared.Rent(TailBytes);
        Memory<byte> tail = shared.AsMemory(0, (int)Math.Min(reader.Length, TailBytes));
        await reader.ReadAsync(reader.Length - tail.Length, tail, cancellationToken);
        byte[] end = new byte[EndLengthOf(tail.Span, reader.Length, file)];
        int known = Math.Min(tail.Length, end.Length);
        tail[^known..].CopyTo(end.AsMemory(end.Length - known));
        ArrayPool<byte>.Shared.Return(shared);
        if (known < end.Length)
            await reader.ReadAsync(reader.Length - end.Length, end.AsMemory(0, end.Length - known), cancellationToken);
        return Parse(new FileEnd(end, reader.Version), reader.Length, file);
    }

    /// <summary>The footer of a file that is in memory as a whole.</summary>
    internal static ParquetFooter Of(ReadOnlySpan<byte> wholeFile, Location file) => Of(wholeFile, wholeFile.Length, file);

    /// <summary>The footer at the end of what is in memory of a file.</summary>
    /// <param name="tail">The bytes.</param>
    /// <param name="fileBytes">Length of the file.</param>
    /// <param name="file">For messages.</param>
    /// <param name="nans">As <see cref="NansOf"/> has them, of each top-level column; null when they were not counted.</param>
    internal static ParquetFooter Of(ReadOnlySpan<byte> tail, long fileBytes, Location file, IReadOnlyList<long?>? nans = null)
    {
        ParquetFooter footer = Parse(new FileEnd(tail[^EndLengthOf(tail, fileBytes, file)..].ToArray(), Version: null), fileBytes, file);
        footer.nans = nans;
        return footer;
    }

    /// <returns>Bytes of the footer and what follows it.</returns>
    private static int EndLengthOf(ReadOnlySpan<byte> tail, long fileBytes, Location file)
    {
        if (tail.Length < TrailerBytes)
            throw ParquetErrors.Footer(file, $"it has only {fileBytes} bytes");

        ReadOnlySpan<byte> magic = tail[^4..];
        if (magic.SequenceEqual("PARE"u8))
            throw ParquetErrors.Encrypted(file);
        if (!magic.SequenceEqual("PAR1"u8))
            throw ParquetErrors.Footer(file, "it does not end with PAR1");

        int footerBytes = BinaryPrimitives.ReadInt32LittleEndian(tail[^TrailerBytes..]);
        // The file begins with the magic as well.
        if (footerBytes <= 0 || footerBytes > Math.Min(fileBytes - 4, System.Array.MaxLength) - TrailerBytes)
            throw ParquetErrors.Footer(file, $"a footer of {footerBytes} bytes cannot be in a file of {fileBytes}");
        return footerBytes + TrailerBytes;
    }

    private static ParquetFooter Parse(FileEnd end, long fileBytes, Location file)
    {
        try
        {
            FileMetadata parsed = FooterParser.Parse(end.Bytes[..^TrailerBytes]);
            if (parsed.IsEncrypted)
                throw ParquetErrors.Encrypted(file);

            ParquetSchema schema = ParquetSchema.Of(parsed.SchemaElements.Span, file);
            FooterChecks.Check(file, parsed, schema.Leaves, fileBytes - end.Bytes.Length);
            return new ParquetFooter(parsed, schema, end, fileBytes);
        }
        catch (ThriftException error)
        {
            throw ParquetErrors.Footer(file, error.Message, error);
        }
    }
}
