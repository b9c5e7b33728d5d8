using System.Runtime.CompilerServices;
using System.Text;
using BulkMover.FileFormats.Avro;

namespace BulkMover.TableFormats.Iceberg.Manifests;

/// <summary>Streams the live entries of one manifest. The fields are those of Iceberg spec, "Entries in Manifests".</summary>
/// <param name="file">The manifest, open; the caller disposes it.</param>
/// <param name="manifest">What the manifest list says of it: the source of inherited values.</param>
/// <param name="partitions">Reads the partition tuples.</param>
/// <param name="metrics">Reads the statistics.</param>
/// <param name="keys">Reads the partitions to compare them; null when they are not compared.</param>
internal sealed class ManifestReader(
    AvroFileReader file, ManifestFile manifest, PartitionReader partitions, MetricsReader metrics, PartitionKeyReader? keys = null)
{
    private const int Added = 1;
    private const int Deleted = 2;

    /// <summary>No file has a trillion rows or 280 terabytes; sums of such numbers would not be numbers any more.</summary>
    private const long MaxRows = 1L << 40, MaxBytes = 1L << 48;

    private readonly string name = file.Location.ToString();
    private long? nextRowId = manifest.FirstRowId;
    private readonly bool hasSequenceNumbers = file.Schema.Fields.Any(field => field.IdInManifest() == 3);

    /// <summary>The last partition as it is encoded: neighbours are mostly of one partition, and share what is made of it.</summary>
    private byte[]? partitionBytes;
    private IReadOnlyList<Core.Types.Scalar?> partition = [];
    private PartitionKey partitionKey;

    /// <exception cref="Core.Errors.CorruptTableException">An entry is broken or lacks a required field.</exception>
    public async IAsyncEnumerable<DataFile> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (AvroBlock block in file.ReadBlocksAsync(cancellationToken))
        {
            ReadOnlyMemory<byte> rest = block.Data;
            for (long record = 0; record < block.Records; record++)
            {
                DataFile? live = ReadEntry(rest.Span, out int left);
                rest = rest[^left..];
                if (live is not null)
                    yield return live;
            }
        }
    }

    private DataFile? ReadEntry(ReadOnlySpan<byte> data, out int left)
    {
        var decoder = new AvroDecoder(data, name);
        int? status = null;
        long? snapshotId = null, sequenceNumber = null;
        DataFile? entry = null;
        foreach (AvroField field in file.Schema.Fields)
        {
            switch (field.IdInManifest())
            {
                case 0: status = decoder.ReadInt(field.Type); break;
                case 1: snapshotId = decoder.ReadLong(field.Type); break;
                case 3: sequenceNumber = decoder.ReadLong(field.Type); break;
                case 2: entry = ReadDataFile(ref decoder, decoder.ReadBranch(field.Type)); break;
                default: decoder.Skip(field.Type); break;
            }
        }

        left = decoder.Remaining;
        if (status is not (>= 0 and <= Deleted) || entry is null)
            throw decoder.Corrupt($"an entry has the status {status} (field 0) and {(entry is null ? "no" : "a")} file (field 2)");
        if (status == Deleted)
            return null;
        // "Sequence Number Inheritance": only added files inherit; in a v1 manifest, which may have the field from a later writer, all are 0.
        return entry with
        {
            SnapshotId = snapshotId ?? manifest.AddedSnapshotId,
            SequenceNumber = sequenceNumber ?? (!hasSequenceNumbers ? 0 : status == Added || manifest.SequenceNumber == 0 ? manifest.SequenceNumber : null),
            FirstRowId = entry.FirstRowId ?? TakeRowIds(entry, decoder),
        };
    }

    /// <summary>
    /// "First Row ID Inheritance": ids follow each other over the files without one. Those of deleted entries are not counted, as they are not
    /// when a manifest gets its range ("Row lineage example": added and existing rows).
    /// </summary>
    private long? TakeRowIds(DataFile entry, AvroDecoder decoder)
    {
        long? first = nextRowId;
        if (first > long.MaxValue - entry.Rows)
            throw decoder.Corrupt($"the row ids from {first} on do not suffice for '{entry.Path}'");
        nextRowId += entry.Rows;
        return first;
    }

    private DataFile ReadDataFile(ref AvroDecoder decoder, AvroType record)
    {
        string? path = null, format = null;
        long? rows = null, bytes = null;
        int? content = null;
        bool hasPartition = false;
        IReadOnlyList<int> equalityIds = [];
        string? referenced = null;
        long? contentOffset = null, contentBytes = null, firstRowId = null;
        ColumnMetrics[] columns = metrics.NewResult();
        foreach (AvroField field in record.Fields)
        {
            switch (field.IdInManifest())
            {
                case 134: content = decoder.ReadInt(field.Type); break;
                case 100: path = ReadString(ref decoder, field.Type); break;
                case 101: format = ReadFormat(ref decoder, field.Type); break;
                case 102:
                    ReadPartition(decoder.Take(field.Type), field.Type);
                    hasPartition = true;
                    break;
                case 103: rows = decoder.ReadLong(field.Type); break;
                case 104: bytes = decoder.ReadLong(field.Type); break;
                case 110: metrics.ReadNullCounts(ref decoder, field.Type, columns); break;
                case 125: metrics.ReadLowerBounds(ref decoder, field.Type, columns); break;
                case 128: metrics.ReadUpperBounds(ref decoder, field.Type, columns); break;
                case 135: equalityIds = ReadIds(ref decoder, field.Type); break;
                case 142: firstRowId = decoder.ReadLong(field.Type); break;
                case 143: referenced = ReadString(ref decoder, field.Type); break;
                case 144: contentOffset = decoder.ReadLong(field.Type); break;
                case 145: contentBytes = decoder.ReadLong(field.Type); break;
                default: decoder.Skip(field.Type); break;
            }
        }

        return new DataFile
        {
            Path = path ?? throw decoder.Corrupt("a file has no path (field 100)"),
            Format = format ?? throw decoder.Corrupt($"'{path}' has no format (field 101)"),
            Rows = rows is >= 0 and <= MaxRows ? rows.Value : throw decoder.Corrupt($"'{path}' has the record count {rows} (field 103)"),
            Bytes = bytes is >= 0 and <= MaxBytes ? bytes.Value : throw decoder.Corrupt($"'{path}' has the length {bytes} (field 104)"),
            Content = content is null or (>= 0 and <= 2)
                ? (FileContent)(content ?? 0)
                : throw decoder.Corrupt($"'{path}' has the content {content} (field 134)"),
            SequenceNumber = 0,
            SnapshotId = null,
            Partition = hasPartition ? partition : [],
            PartitionKey = hasPartition ? partitionKey : default,
            Metrics = columns,
            FirstRowId = firstRowId is null or >= 0 ? firstRowId : throw decoder.Corrupt($"'{path}' has the first row id {firstRowId} (field 142)"),
            EqualityIds = equalityIds,
            ReferencedDataFile = referenced,
            ContentOffset = contentOffset,
            ContentBytes = contentBytes,
        };
    }

    private void ReadPartition(ReadOnlySpan<byte> bytes, AvroType type)
    {
        if (partitionBytes is not null && bytes.SequenceEqual(partitionBytes))
            return;
        var decoder = new AvroDecoder(bytes, name);
        partitionKey = keys?.Read(decoder, type) ?? default;
        partition = partitions.Read(ref decoder, type);
        partitionBytes = bytes.ToArray();
    }

    private static IReadOnlyList<int> ReadIds(ref AvroDecoder decoder, AvroType type)
    {
        AvroType list = decoder.ReadBranch(type);
        if (list.Kind == AvroKind.Null)
            return [];
        var ids = new List<int>();
        if (list is not { Kind: AvroKind.Array, Items: { } items })
            throw decoder.Corrupt("the equality ids (field 135) are not a list");
        for (long count = decoder.ReadItemCount(list); count > 0; count = decoder.ReadItemCount(list))
        {
            for (long item = 0; item < count; item++)
                ids.Add(decoder.ReadInt(items) ?? throw decoder.Corrupt("an equality id (field 136) is null"));
        }

        return ids;
    }

    private static string? ReadFormat(ref AvroDecoder decoder, AvroType type) =>
        !decoder.TryReadBytes(type, out ReadOnlySpan<byte> text) ? null
        : Ascii.EqualsIgnoreCase(text, "parquet"u8) ? "parquet"
        : Encoding.UTF8.GetString(text).ToLowerInvariant();

    private static string? ReadString(ref AvroDecoder decoder, AvroType type) =>
        decoder.TryReadBytes(type, out ReadOnlySpan<byte> text) ? Encoding.UTF8.GetString(text) : null;
}
