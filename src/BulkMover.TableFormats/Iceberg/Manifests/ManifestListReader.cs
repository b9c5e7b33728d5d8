using System.Runtime.CompilerServices;
using System.Text;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Avro;

namespace BulkMover.TableFormats.Iceberg.Manifests;

/// <summary>Streams the manifests of a snapshot. The fields are those of Iceberg spec, "Manifest Lists".</summary>
internal static class ManifestListReader
{
    private const int DeletesContent = 1;

    /// <exception cref="Core.Errors.CorruptTableException">The list is missing or broken.</exception>
    public static async IAsyncEnumerable<ManifestFile> ReadAsync(
        IObjectStore store, Location location, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using AvroFileReader file = await AvroFileReader.OpenAsync(store, location, knownBytes: null, cancellationToken);
        await foreach (AvroBlock block in file.ReadBlocksAsync(cancellationToken))
        {
            ReadOnlyMemory<byte> rest = block.Data;
            for (long record = 0; record < block.Records; record++)
            {
                ManifestFile manifest = ReadRecord(rest.Span, file, out int left);
                rest = rest[^left..];
                yield return manifest;
            }
        }
    }

    private static ManifestFile ReadRecord(ReadOnlySpan<byte> data, AvroFileReader file, out int left)
    {
        var decoder = new AvroDecoder(data, file.Location.ToString());
        string? path = null;
        long? length = null, sequenceNumber = null, minSequenceNumber = null, snapshotId = null, firstRowId = null;
        int? specId = null, content = null, added = null, existing = null, deleted = null;
        long? addedRows = null, existingRows = null, deletedRows = null;
        IReadOnlyList<FieldSummary> partitions = [];
        byte[]? key = null;
        foreach (AvroField field in file.Schema.Fields)
        {
            switch (field.IdInManifestList())
            {
                case 500: path = ReadString(ref decoder, field.Type); break;
                case 501: length = decoder.ReadLong(field.Type); break;
                case 502: specId = decoder.ReadInt(field.Type); break;
                case 517: content = decoder.ReadInt(field.Type); break;
                case 515: sequenceNumber = decoder.ReadLong(field.Type); break;
                case 516: minSequenceNumber = decoder.ReadLong(field.Type); break;
                case 504: added = decoder.ReadInt(field.Type); break;
                case 505: existing = decoder.ReadInt(field.Type); break;
                case 506: deleted = decoder.ReadInt(field.Type); break;
                case 512: addedRows = decoder.ReadLong(field.Type); break;
                case 513: existingRows = decoder.ReadLong(field.Type); break;
                case 514: deletedRows = decoder.ReadLong(field.Type); break;
                case 503: snapshotId = decoder.ReadLong(field.Type); break;
                case 507: partitions = ReadSummaries(ref decoder, field.Type); break;
                case 520: firstRowId = decoder.ReadLong(field.Type); break;
                case 519: key = decoder.TryReadBytes(field.Type, out ReadOnlySpan<byte> metadata) ? metadata.ToArray() : null; break;
                default: decoder.Skip(field.Type); break;
            }
        }

        if (content is not (null or 0 or DeletesContent))
            throw decoder.Corrupt($"a manifest has the content {content}");
        left = decoder.Remaining;
        return new ManifestFile
        {
            Path = path ?? throw decoder.Corrupt("a manifest has no path (field 500)"),
            Length = length is > 0 ? length : throw decoder.Corrupt($"manifest '{path}' has the length {length} (field 501)"),
            SpecId = specId ?? throw decoder.Corrupt($"manifest '{path}' has no partition spec (field 502)"),
            HasDeletes = content == DeletesContent,
            SequenceNumber = sequenceNumber ?? 0,
            MinSequenceNumber = minSequenceNumber ?? 0,
            Counts = (added, existing, deleted, addedRows, existingRows, deletedRows) is ({ } a, { } e, { } d, { } ar, { } er, { } dr)
                ? new ManifestCounts(a, e, d, ar, er, dr)
                : null,
            AddedSnapshotId = snapshotId,
            FirstRowId = firstRowId is null or >= 0 ? firstRowId : throw decoder.Corrupt($"manifest '{path}' has the first row id {firstRowId} (field 520)"),
            Partitions = partitions,
            KeyMetadata = key,
        };
    }

    private static List<FieldSummary> ReadSummaries(ref AvroDecoder decoder, AvroType type)
    {
        var summaries = new List<FieldSummary>();
        AvroType list = decoder.ReadBranch(type);
        if (list.Kind == AvroKind.Null)
            return summaries;
        if (list is not { Kind: AvroKind.Array, Items.Kind: AvroKind.Record })
            throw decoder.Corrupt("the partition summaries (field 507) are not a list of records");

        for (long count = decoder.ReadItemCount(list); count > 0; count = decoder.ReadItemCount(list))
        {
            for (long item = 0; item < count; item++)
                summaries.Add(ReadSummary(ref decoder, list.Items));
        }

        return summaries;
    }

    private static FieldSummary ReadSummary(ref AvroDecoder decoder, AvroType record)
    {
        bool? containsNull = null, containsNaN = null;
        byte[]? lower = null, upper = null;
        foreach (AvroField field in record.Fields)
        {
            switch (field.IdInManifestList())
            {
                case 509: containsNull = decoder.ReadBoolean(field.Type); break;
                case 518: containsNaN = decoder.ReadBoolean(field.Type); break;
                case 510: lower = decoder.TryReadBytes(field.Type, out ReadOnlySpan<byte> low) ? low.ToArray() : null; break;
                case 511: upper = decoder.TryReadBytes(field.Type, out ReadOnlySpan<byte> high) ? high.ToArray() : null; break;
                default: decoder.Skip(field.Type); break;
            }
        }

        return new FieldSummary(containsNull ?? true, containsNaN, lower, upper);
    }

    private static string? ReadString(ref AvroDecoder decoder, AvroType type) =>
        decoder.TryReadBytes(type, out ReadOnlySpan<byte> text) ? Encoding.UTF8.GetString(text) : null;
}
