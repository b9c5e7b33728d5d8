using System.Numerics;
using System.Text;
using Apache.Arrow.Types;
using BulkMover.FileFormats.Avro;
using BulkMover.FileFormats.Parquet;
using BulkMover.TableFormats.Iceberg.Deletes;
using BulkMover.TableFormats.Iceberg.Manifests;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>Encodes the entry of an added data file, or of its deletes, in the order of <see cref="ManifestSchemas.Added"/> (Iceberg spec, "Entries in Manifests").</summary>
internal sealed class AddedEntry(ManifestLayout layout, AvroEncoder record)
{
    private const int Added = 1;

    private readonly List<(LeafMetrics Metrics, LeafColumn Leaf)> leaves = [];

    /// <param name="file">The file.</param>
    /// <param name="snapshotId">Which adds it.</param>
    public void Write(WrittenFile file, long snapshotId)
    {
        WriteFile(file, snapshotId, FileContent.Data, "PARQUET", file.Path, file.Rows, file.Bytes);
        WriteMetrics(file);
        WriteOffsets(file.RowGroupOffsets);
        record.WriteNull();
        WriteVectorAndRowId(vectorBytes: null);
    }

    /// <summary>The deletion vector or the position deletes of a file, which are of its partition ("Scan Planning").</summary>
    /// <param name="file">A file that has such.</param>
    /// <param name="snapshotId">Which adds them.</param>
    public void WriteDeletes(WrittenFile file, long snapshotId)
    {
        WriteFile(file, snapshotId, FileContent.PositionDeletes, file.Deletes!.VectorBytes is null ? "PARQUET" : "PUFFIN", file.Deletes.Path, file.Deletes.Rows, file.Deletes.Bytes);
        string dataFile = layout.PathOf(file.Path);
        // No sizes and counts. Bounds that are equal tell readers which do not look at the field for it that the deletes are of one data file; a vector has no columns.
        record.WriteNull();
        record.WriteNull();
        record.WriteNull();
        record.WriteNull();
        WritePathBound(file.Deletes.VectorBytes is null ? dataFile : null);
        WritePathBound(file.Deletes.VectorBytes is null ? dataFile : null);
        WriteOffsets([]);
        record.WriteSome();
        record.WriteString(dataFile);
        WriteVectorAndRowId(file.Deletes.VectorBytes);
    }

    /// <summary>Where the vector is, which "must exactly match the offset and length stored in the Puffin footer"; the row id is inherited ("First Row ID Inheritance").</summary>
    private void WriteVectorAndRowId(long? vectorBytes)
    {
        if (!layout.HasRowIds)
            return;
        record.WriteOptional(vectorBytes is null ? null : DeletionVectorsWriter.VectorOffset);
        record.WriteOptional(vectorBytes);
        record.WriteNull();
    }

    /// <summary>What all entries begin with.</summary>
    private void WriteFile(WrittenFile file, long snapshotId, FileContent content, string format, string path, long rows, long bytes)
    {
        record.WriteLong(Added);
        record.WriteOptional(snapshotId);
        // "Inherited when null": whichever number the commit gets at last. It is one for data and deletes, which apply to files of their own number too.
        record.WriteNull();
        record.WriteNull();
        record.WriteLong((int)content);
        record.WriteString(layout.PathOf(path));
        record.WriteString(format);
        for (int field = 0; field < layout.Values.Count; field++)
            WritePartition(layout.Values[field], file);
        record.WriteLong(rows);
        record.WriteLong(bytes);
    }

    private void WritePartition((int Place, IArrowType Type) field, WrittenFile file)
    {
        if (field.Place < 0 || file.Partition[field.Place].Value is not { } value)
        {
            record.WriteNull();
            return;
        }

        record.WriteSome();
        switch (value)
        {
            case bool truth: record.WriteBoolean(truth); break;
            case long number: record.WriteLong(number); break;
            case double number when field.Type is FloatType: record.WriteFloat((float)number); break;
            case double number: record.WriteDouble(number); break;
            case BigInteger unscaled: WriteDecimal(unscaled, ManifestSchemas.DecimalBytes((Decimal128Type)field.Type)); break;
            case byte[] bytes when field.Type.TypeId == ArrowTypeId.FixedSizedBinary: record.WriteRaw(bytes); break;
            case byte[] bytes: record.WriteBytes(bytes); break;
            default: throw new InvalidOperationException($"{value.GetType()} is no value of a partition.");
        }
    }

    private void WriteDecimal(BigInteger unscaled, int length)
    {
        Span<byte> bytes = stackalloc byte[length];
        bytes.Fill(unscaled.Sign < 0 ? (byte)0xFF : (byte)0);
        unscaled.TryWriteBytes(bytes[(length - unscaled.GetByteCount())..], out _, isBigEndian: true);
        record.WriteRaw(bytes);
    }

    private void WriteMetrics(WrittenFile file)
    {
        leaves.Clear();
        foreach (LeafMetrics metrics in file.Columns)
        {
            if (layout.Leaves.Find(metrics) is { HasCounts: true } leaf)
                leaves.Add((metrics, leaf));
        }

        WriteCounts(metrics => metrics.Bytes);
        WriteCounts(metrics => metrics.Values);
        WriteCounts(metrics => metrics.Nulls);
        WriteCounts(metrics => metrics.Nans);
        WriteBounds((metrics, leaf) => metrics.Lower is { } lower ? BoundTruncation.Lower(leaf.Type, lower, leaf.BoundLength) : null);
        WriteBounds((metrics, leaf) => metrics.Upper is { } upper ? BoundTruncation.Upper(leaf.Type, upper, leaf.BoundLength) : null);
    }

    private void WriteCounts(Func<LeafMetrics, long?> count)
    {
        record.WriteSome();
        int known = leaves.Count(item => count(item.Metrics) is not null);
        if (known > 0)
            record.WriteLong(known);
        foreach ((LeafMetrics metrics, LeafColumn leaf) in leaves)
        {
            if (count(metrics) is not { } number)
                continue;
            record.WriteLong(leaf.Id);
            record.WriteLong(number);
        }

        record.WriteLong(0);
    }

    private void WriteBounds(Func<LeafMetrics, LeafColumn, byte[]?> bound)
    {
        record.WriteSome();
        // A block of one each: how many there are is known only when all are cut.
        foreach ((LeafMetrics metrics, LeafColumn leaf) in leaves)
        {
            if (leaf.BoundLength == 0 || bound(metrics, leaf) is not { } bytes)
                continue;
            record.WriteLong(1);
            record.WriteLong(leaf.Id);
            record.WriteBytes(bytes);
        }

        record.WriteLong(0);
    }

    private void WritePathBound(string? path)
    {
        if (path is null)
        {
            record.WriteNull();
            return;
        }

        record.WriteSome();
        record.WriteLong(1);
        record.WriteLong(DeleteIndexReader.FilePathId);
        record.WriteBytes(Encoding.UTF8.GetBytes(path));
        record.WriteLong(0);
    }

    /// <summary>"Must be sorted ascending"; a file without row groups has none to split at.</summary>
    private void WriteOffsets(IReadOnlyList<long> offsets)
    {
        if (offsets.Count == 0)
        {
            record.WriteNull();
            return;
        }

        record.WriteSome();
        record.WriteLong(offsets.Count);
        foreach (long offset in offsets)
            record.WriteLong(offset);
        record.WriteLong(0);
    }
}
