using System.Runtime.CompilerServices;
using System.Text;
using BulkMover.FileFormats.Avro;
using BulkMover.TableFormats.Iceberg.Manifests;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>An entry of a manifest, live or not, with what it inherits.</summary>
/// <param name="IsAdded">Its status is added.</param>
/// <param name="IsDeleted">Its status is deleted.</param>
/// <param name="SequenceNumber">Of its rows.</param>
/// <param name="FileSequenceNumber">Of the commit that added the file.</param>
/// <param name="FirstRowId">Row id of a data file's first row; null when it has none.</param>
/// <param name="Content">What the file holds.</param>
/// <param name="IsVector">It is a deletion vector.</param>
/// <param name="Rows">Rows of it.</param>
/// <param name="Bytes">Its length; of a deletion vector its own, and not that of its file.</param>
/// <param name="File">The <c>data_file</c> as it is encoded; valid until the next entry.</param>
/// <param name="RowIdPlace">Where the first row id is in it; at its end where its schema has no such field.</param>
internal readonly record struct ManifestEntry(
    bool IsAdded, bool IsDeleted, long? SequenceNumber, long? FileSequenceNumber, long? FirstRowId, FileContent Content, bool IsVector, long Rows, long Bytes, ReadOnlyMemory<byte> File,
    Range RowIdPlace);

/// <summary>Streams all entries of a manifest without looking into what a new manifest takes over as it is.</summary>
internal static class ManifestEntries
{
    private const int Added = 1, Deleted = 2;

    /// <exception cref="Core.Errors.CorruptTableException">An entry is broken.</exception>
    public static async IAsyncEnumerable<ManifestEntry> ReadAsync(
        AvroFileReader file, ManifestFile manifest, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // "When reading v1 manifests with no sequence number column, sequence numbers for all files must default to 0."
        long? inherited = file.Schema.Fields.Any(field => field.IdInManifest() == 3) ? manifest.SequenceNumber : 0;
        long? nextRowId = manifest.FirstRowId;
        await foreach (AvroBlock block in file.ReadBlocksAsync(cancellationToken))
        {
            ReadOnlyMemory<byte> rest = block.Data;
            for (long record = 0; record < block.Records; record++)
            {
                ManifestEntry entry = Read(rest, file, inherited, out int left);
                rest = rest[^left..];
                // "First Row ID Inheritance"; deleted entries are not counted when a manifest gets its range.
                if (entry is { IsDeleted: false, FirstRowId: null } && nextRowId is { } first)
                {
                    entry = entry with { FirstRowId = first };
                    nextRowId = first + entry.Rows;
                }

                yield return entry;
            }
        }
    }

    /// <summary>How many entries of each status a manifest has that the list does not count.</summary>
    public static async Task<ManifestCounts> CountAsync(AvroFileReader file, ManifestFile manifest, CancellationToken cancellationToken)
    {
        var counts = default(ManifestCounts);
        await foreach (ManifestEntry entry in ReadAsync(file, manifest, cancellationToken))
        {
            counts = entry switch
            {
                { IsDeleted: true } => counts with { DeletedFiles = counts.DeletedFiles + 1, DeletedRows = counts.DeletedRows + entry.Rows },
                { IsAdded: true } => counts with { AddedFiles = counts.AddedFiles + 1, AddedRows = counts.AddedRows + entry.Rows },
                _ => counts with { ExistingFiles = counts.ExistingFiles + 1, ExistingRows = counts.ExistingRows + entry.Rows },
            };
        }

        return counts;
    }

    private static ManifestEntry Read(ReadOnlyMemory<byte> data, AvroFileReader file, long? inherited, out int left)
    {
        var decoder = new AvroDecoder(data.Span, file.Location.ToString());
        int? status = null;
        long? sequenceNumber = null, fileSequenceNumber = null;
        ReadOnlyMemory<byte> bytes = default;
        AvroType? type = null;
        foreach (AvroField field in file.Schema.Fields)
        {
            switch (field.IdInManifest())
            {
                case 0: status = decoder.ReadInt(field.Type); break;
                case 3: sequenceNumber = decoder.ReadLong(field.Type); break;
                case 4: fileSequenceNumber = decoder.ReadLong(field.Type); break;
                case 2:
                    int start = data.Length - decoder.Remaining;
                    decoder.Skip(field.Type);
                    (bytes, type) = (data[start..^decoder.Remaining], field.Type);
                    break;
                default: decoder.Skip(field.Type); break;
            }
        }

        left = decoder.Remaining;
        if (status is not (>= 0 and <= Deleted) || type is null)
            throw decoder.Corrupt($"an entry has the status {status} (field 0) and {(type is null ? "no" : "a")} file (field 2)");
        return ReadFile(bytes, type, file.Location.ToString()) with
        {
            IsAdded = status == Added, IsDeleted = status == Deleted, SequenceNumber = sequenceNumber ?? inherited, FileSequenceNumber = fileSequenceNumber ?? sequenceNumber ?? inherited,
        };
    }

    private static ManifestEntry ReadFile(ReadOnlyMemory<byte> bytes, AvroType type, string name)
    {
        var decoder = new AvroDecoder(bytes.Span, name);
        AvroType record = decoder.ReadBranch(type);
        int? content = null;
        long? rows = null, length = null, vectorBytes = null, firstRowId = null;
        bool isVector = false;
        Range rowIdPlace = bytes.Length..;
        foreach (AvroField field in record.Fields)
        {
            switch (field.IdInManifest())
            {
                case 134: content = decoder.ReadInt(field.Type); break;
                case 103: rows = decoder.ReadLong(field.Type); break;
                case 104: length = decoder.ReadLong(field.Type); break;
                case 101: isVector = decoder.TryReadBytes(field.Type, out ReadOnlySpan<byte> format) && Ascii.EqualsIgnoreCase(format, "puffin"u8); break;
                case 145: vectorBytes = decoder.ReadLong(field.Type); break;
                case 142:
                    int start = bytes.Length - decoder.Remaining;
                    firstRowId = decoder.ReadLong(field.Type);
                    rowIdPlace = start..(bytes.Length - decoder.Remaining);
                    break;
                default: decoder.Skip(field.Type); break;
            }
        }

        return content is null or (>= 0 and <= 2) && rows is >= 0 && length is >= 0
            ? new ManifestEntry(false, false, null, null, firstRowId, (FileContent)(content ?? 0), isVector, rows.Value, isVector ? vectorBytes ?? length.Value : length.Value, bytes, rowIdPlace)
            : throw decoder.Corrupt($"a file has the content {content} (field 134), the record count {rows} (field 103) and the length {length} (field 104)");
    }
}
