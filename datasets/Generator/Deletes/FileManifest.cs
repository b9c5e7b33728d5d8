using BulkMover.Datasets.ManyFiles;

namespace BulkMover.Datasets.Deletes;

/// <summary>Field <c>content</c> of a manifest entry.</summary>
internal enum FileContent
{
    Data = 0,
    PositionDeletes = 1,
    EqualityDeletes = 2,
}

/// <summary>A file of an unpartitioned table.</summary>
internal sealed record FileEntry(FileContent Content, string Path, long Rows, long Bytes)
{
    /// <summary>The only data file that its deletes are of.</summary>
    public string? DataFile { get; init; }

    /// <summary>The field by which rows are deleted.</summary>
    public int? EqualityId { get; init; }

    public static FileEntry Of(FileContent content, string path, long rows) => new(content, path, rows, new FileInfo(path).Length);
}

/// <summary>Manifests of such files; without statistics of columns, which nobody asks for.</summary>
internal static class FileManifest
{
    /// <summary>Writes a manifest and its entry in the manifest list.</summary>
    public static void Write(AvroFile list, string path, IReadOnlyList<FileEntry> files, long snapshotId, long sequenceNumber, string schema)
    {
        bool isDeletes = files[0].Content != FileContent.Data;
        using var manifest = new AvroFile(path, ManifestSchemas.EntryOf(),
            ("schema", schema), ("partition-spec", "[]"), ("partition-spec-id", "0"), ("format-version", "2"), ("content", isDeletes ? "deletes" : "data"));
        foreach (FileEntry file in files)
        {
            Write(manifest.Values, file, snapshotId);
            manifest.EndRecord();
        }

        AvroBuffer to = list.Values;
        to.Text(path);
        to.Long(manifest.Close());
        to.Long(0); // partition spec
        to.Long(isDeletes ? 1 : 0);
        to.Long(sequenceNumber);
        to.Long(sequenceNumber);
        to.Long(snapshotId);
        to.Long(files.Count);
        to.Long(0);
        to.Long(0);
        to.Long(files.Sum(file => file.Rows));
        to.Long(0);
        to.Long(0);
        to.Null(); // no summaries of partitions
        list.EndRecord();
    }

    private static void Write(AvroBuffer to, FileEntry file, long snapshotId)
    {
        to.Long(1); // added
        to.Some();
        to.Long(snapshotId);
        to.Nulls(2); // sequence numbers are inherited
        to.Long((int)file.Content);
        to.Text(file.Path);
        to.Text("PARQUET");
        to.Long(file.Rows);
        to.Long(file.Bytes);
        to.Nulls(8); // statistics of columns, key metadata, split offsets
        to.EqualityIds(file.EqualityId);
        to.Null(); // no sort order
        if (file.DataFile is { } dataFile)
        {
            to.Some();
            to.Text(dataFile);
        }
        else
        {
            to.Null();
        }

        to.Nulls(2); // no place within the file
    }
}
