using Apache.Arrow;
using BulkMover.Core.Stores;
using BulkMover.Core.Types;
using BulkMover.Testing.Stores;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace BulkMover.TableFormats.Tests.Iceberg.Model;

/// <summary>Writes what a <see cref="ModelTable"/> does: Parquet, Avro and Puffin files, manifests that stay from snapshot to snapshot, metadata.</summary>
internal sealed class ModelWriter(Random random)
{
    private readonly ModelArrays arrays = new(random);
    private List<TestManifest> manifests = [];
    private readonly List<TestManifest> added = [];
    private int files;
    private long nextRowId;

    public TestTable Table { get; } = new();

    public int SchemaId { get; set; }

    public void WriteData(IReadOnlyList<ModelPartition> spec, IReadOnlyList<ModelColumn> columns, ModelDataFile file)
    {
        TestFile entry = Write(file.Path, file.HasIds ? file.Columns : [.. file.Columns.Select(column => column.WithoutId())], file.Rows) with { SequenceNumber = file.SequenceNumber };
        Add(spec, file.Scope, columns, content: 0, WithMetrics(entry, file));
    }

    public void WritePositions(IReadOnlyList<ModelPartition> spec, ModelScope scope, IReadOnlyList<ModelColumn> columns, long sequenceNumber, (string Path, long Position)[] rows)
    {
        var path = new ModelColumn(2147483546, "file_path", ModelType.String, false, []);
        var position = new ModelColumn(2147483545, "pos", ModelType.Long, false, []);
        ModelRow[] written = [.. rows.Select(row => new ModelRow { [path.Id] = System.Text.Encoding.UTF8.GetBytes(row.Path), [position.Id] = row.Position })];
        bool isOne = rows[0].Path == rows[^1].Path;
        TestFile entry = Write(NewPath("pos"), [path, position], written) with
        {
            Content = 1, SequenceNumber = sequenceNumber,
            ReferencedDataFile = isOne && random.Next(2) == 0 ? rows[0].Path : null,
        };
        if (random.Next(2) == 0)
        {
            entry = entry with
            {
                LowerBounds = new Dictionary<int, byte[]> { [path.Id] = (byte[])written[0][path.Id]! },
                UpperBounds = new Dictionary<int, byte[]> { [path.Id] = (byte[])written[^1][path.Id]! },
            };
        }

        Add(spec, scope, columns, content: 1, entry);
    }

    /// <summary>The file's earlier vector goes: there is at most one.</summary>
    public void WriteVector(ModelDataFile file, long sequenceNumber, IEnumerable<long> positions)
    {
        Remove(entry => entry.ReferencedDataFile == file.Path && entry.Format == "puffin");
        ushort[] sorted = [.. positions.Order().Select(position => (ushort)position)];
        TestFile vector = Table.Vector(file.Path, DeleteTable.Blob(sorted), sorted.Length, $"{files++}.puffin") with { SequenceNumber = sequenceNumber };
        TestManifest home = manifests.Concat(added).First(manifest => manifest.Files.Any(entry => entry.Path == file.Path));
        TestFile data = home.Files.First(entry => entry.Path == file.Path);
        added.Add(home with { Files = [vector with { Partition = data.Partition }], Content = 1, Summaries = null, FirstRowId = null });
    }

    public void WriteEquality(
        IReadOnlyList<ModelPartition> spec, ModelScope scope, IReadOnlyList<ModelColumn> columns, long sequenceNumber, IReadOnlyList<ModelColumn> keys, IReadOnlyList<ModelRow> rows)
    {
        Add(spec, scope, columns, content: 1, Write(NewPath("eq"), keys, rows) with
        {
            Content = 2, SequenceNumber = sequenceNumber, EqualityIds = [.. keys.Select(key => key.Id)],
        });
    }

    /// <summary>The file's entry stays as one of a deleted file, and its vector goes with it.</summary>
    public void Remove(ModelDataFile file)
    {
        Remove(entry => entry.ReferencedDataFile == file.Path && entry.Format == "puffin");
        Remove(entry => entry.Path == file.Path);
    }

    /// <summary>Id of a file's first row; null as long as no snapshot of version 3 has it.</summary>
    public long? FirstRowId(ModelDataFile file) => manifests.First(manifest => manifest.Files.Any(entry => entry.Path == file.Path && entry.Status != 2)).FirstRowId;

    /// <summary>Entries of new manifests inherit the snapshot's sequence number where they have it; those of old ones carry their own.</summary>
    public void Commit(long snapshotId, int version, long sequenceNumber)
    {
        manifests.AddRange(added.Select(manifest => manifest with
        {
            SequenceNumber = sequenceNumber,
            IsVersion1 = version == 1,
            Files = [.. manifest.Files.Select(file => file with { SequenceNumber = file.SequenceNumber == sequenceNumber ? null : file.SequenceNumber })],
        }));
        added.Clear();
        // "First Row ID Assignment": version 3 gives ids to the manifests that have none, those from before the upgrade too.
        if (version == 3)
            manifests = [.. manifests.Select(manifest => manifest.Content == 0 && manifest.FirstRowId is null ? WithRowIds(manifest) : manifest)];
        Table.WithSnapshot(snapshotId, 1_700_000_000_000 + snapshotId, manifests);
        Table.Metadata["snapshots"]!.AsArray()[^1]!["schema-id"] = SchemaId;
        Table.Metadata["snapshots"]!.AsArray()[^1]!["sequence-number"] = sequenceNumber;
    }

    private void Add(IReadOnlyList<ModelPartition> spec, ModelScope scope, IReadOnlyList<ModelColumn> columns, int content, TestFile file)
    {
        ModelColumn?[] sources = [.. spec.Select(field => columns.FirstOrDefault(column => column.Id == field.Source))];
        (ModelPartition Field, ModelType Type, object? Value)[] values = [.. spec.Select((field, i) => (field, sources[i]?.Type ?? ModelType.Int, scope.Values[i]))];
        added.Add(new TestManifest(file with { Partition = [.. values.SelectMany(value => value.Field.AvroValue(value.Value))] })
        {
            SpecId = scope.SpecId,
            Content = content,
            PartitionFields = [.. values.Select(value => value.Field.AvroField(value.Type))],
            Codec = random.Next(2) == 0 ? "deflate" : "null",
            Summaries = random.Next(2) == 0 ? null : [.. values.Select(value => TestManifest.Summary(value.Value is null, null, Bound(value), Bound(value)))],
        });

        static byte[]? Bound((ModelPartition Field, ModelType Type, object? Value) value) =>
            value.Value is null ? null : (value.Field.KeepsType ? value.Type : ModelType.Int).Serialize(value.Value);
    }

    private TestManifest WithRowIds(TestManifest manifest)
    {
        long first = nextRowId;
        nextRowId += manifest.Files.Where(file => file.Status != 2).Sum(file => file.Rows);
        return manifest with { FirstRowId = first };
    }

    private void Remove(Func<TestFile, bool> isGone)
    {
        added.RemoveAll(manifest => manifest.Files.Any(isGone));
        manifests = [.. manifests.Select(manifest => !manifest.Files.Any(isGone) ? manifest : manifest with
        {
            Files = [.. manifest.Files.Select(file => file with
            {
                Status = isGone(file) || file.Status == 2 ? 2 : 0,
                SequenceNumber = file.SequenceNumber ?? manifest.SequenceNumber,
                ReferencedDataFile = isGone(file) ? null : file.ReferencedDataFile,
            })],
        })];
    }

    /// <summary>Honest statistics: all of them, some, or cut ones.</summary>
    private TestFile WithMetrics(TestFile entry, ModelDataFile file)
    {
        var nulls = new Dictionary<int, long>();
        Dictionary<int, byte[]> lower = [], upper = [];
        foreach (ModelColumn column in file.Columns.Where(column => column.IsPrimitive && random.Next(3) > 0))
        {
            if (random.Next(3) > 0)
                nulls[column.Id] = file.Rows.Count(row => row[column.Id] is null);
            List<Scalar> values = [.. file.Rows.Select(row => row[column.Id]).Where(value => value is not null and not double.NaN).Select(value => new Scalar(column.Type!.Arrow, value))];
            values.Sort((left, right) => ScalarComparer.Compare(left, right)!.Value);
            if (values.Count == 0)
                continue;
            bool isText = column.Type == ModelType.String;
            byte[] low = column.Type!.Serialize(values[0].Value!), high = column.Type.Serialize(values[^1].Value!);
            if (random.Next(4) > 0)
                lower[column.Id] = isText && low.Length > 1 && low[1] < 0x80 ? low[..1] : low;
            // "z" and more is cut to the next text after it.
            if (random.Next(4) > 0)
                upper[column.Id] = isText && high.Length > 1 && high[0] < 0x7F ? [(byte)(high[0] + 1)] : high;
        }

        return entry with { NullCounts = nulls, LowerBounds = lower, UpperBounds = upper };
    }

    private string NewPath(string name) => $"{DeleteTable.Data}/{files++}-{name}";

    private TestFile Write(string path, IReadOnlyList<ModelColumn> columns, IReadOnlyList<ModelRow> rows)
    {
        bool isAvro = random.Next(2) == 0;
        byte[] bytes = isAvro
            ? ModelAvro.File(columns, rows, random.GetItems(["null", "deflate", "zstandard"], 1)[0], recordsPerBlock: random.Next(5, 50))
            : Parquet(columns, rows);
        Table.Store[new Location("s3", path["s3://".Length..])] = bytes;
        return new TestFile(path) { Format = isAvro ? "AVRO" : "PARQUET", Rows = rows.Count, Bytes = bytes.Length };
    }

    private byte[] Parquet(IReadOnlyList<ModelColumn> columns, IReadOnlyList<ModelRow> rows)
    {
        using var folder = new TemporaryDirectory();
        string local = folder.PathOf("file.parquet");
        using (RecordBatch batch = arrays.Batch(columns, rows))
        using (var properties = new WriterPropertiesBuilder().MaxRowGroupLength(random.Next(5, 50)).Build())
        using (var writer = new FileWriter(local, batch.Schema, properties))
        {
            writer.WriteRecordBatch(batch);
            writer.Close();
        }

        return System.IO.File.ReadAllBytes(local);
    }
}
