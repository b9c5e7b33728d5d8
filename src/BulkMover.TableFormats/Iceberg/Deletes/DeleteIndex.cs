using System.Runtime.InteropServices;
using System.Text;
using BulkMover.Core.Errors;
using BulkMover.TableFormats.Iceberg.Manifests;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>
/// The delete files of a snapshot, by what they are for. Which of them apply to a data file is Iceberg spec, "Scan Planning". Filled by one
/// caller, then only read.
/// </summary>
internal sealed class DeleteIndex
{
    private readonly Dictionary<string, DeleteFile> vectors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<DeleteFile>> positionsOfFile = new(StringComparer.Ordinal);
    private readonly Dictionary<PartitionKey, List<DeleteFile>> positionsOfPartition = [];
    private readonly Dictionary<PartitionKey, Dictionary<string, EqualityGroup>> equality = [];

    public bool IsEmpty => vectors.Count + positionsOfFile.Count + positionsOfPartition.Count + equality.Count == 0;

    public void AddVector(DeleteFile vector, string dataFile)
    {
        // "Deletion Vectors": at most one for a data file in a snapshot.
        if (!vectors.TryAdd(DataFileName.Of(dataFile), vector))
            throw Broken(vector, $"it is a second deletion vector of '{dataFile}'");
    }

    /// <param name="file">A position delete file.</param>
    /// <param name="dataFile">The only data file that it has rows of; null when there may be several.</param>
    public void AddPositions(DeleteFile file, string? dataFile)
    {
        // Bounds that are equal are no cut ones: every path is between them.
        dataFile ??= file is { FirstPath: { } first, LastPath: { } last } && first.AsSpan().SequenceEqual(last) ? Encoding.UTF8.GetString(first) : null;
        List<DeleteFile> files = dataFile is null
            ? CollectionsMarshal.GetValueRefOrAddDefault(positionsOfPartition, file.Partition, out _) ??= []
            : CollectionsMarshal.GetValueRefOrAddDefault(positionsOfFile, DataFileName.Of(dataFile), out _) ??= [];
        files.Add(file);
    }

    /// <param name="file">An equality delete file.</param>
    /// <param name="key">Its delete columns.</param>
    /// <param name="isGlobal">True when its partition spec is unpartitioned.</param>
    public void AddEquality(DeleteFile file, EqualityKey key, bool isGlobal)
    {
        Dictionary<string, EqualityGroup> groups =
            CollectionsMarshal.GetValueRefOrAddDefault(equality, isGlobal ? EqualityGroup.Everywhere : file.Partition, out _) ??= new(StringComparer.Ordinal);
        (CollectionsMarshal.GetValueRefOrAddDefault(groups, key.Ids, out _) ??= new EqualityGroup(key.Columns)).Add(file);
    }

    /// <summary>The data file's deletion vector; null when it has none.</summary>
    /// <exception cref="CorruptTableException">It names the data file, but is not in its scope.</exception>
    public DeleteFile? VectorOf(DataFile file, string name, long sequenceNumber)
    {
        if (!vectors.TryGetValue(name, out DeleteFile? vector))
            return null;
        if (vector.SequenceNumber < sequenceNumber)
            throw Broken(vector, $"it is older than its data file '{file.Path}'");
        return InPartition(vector, file);
    }

    /// <summary>Position delete files that have rows of this data file alone.</summary>
    public IEnumerable<DeleteFile> PositionsOf(DataFile file, string name, long sequenceNumber) =>
        positionsOfFile.TryGetValue(name, out List<DeleteFile>? files)
            ? files.Where(deletes => sequenceNumber <= deletes.SequenceNumber).Select(deletes => InPartition(deletes, file))
            : [];

    /// <summary>Position delete files of the data file's partition that may have rows of it.</summary>
    public IEnumerable<DeleteFile> PositionsAround(DataFile file, long sequenceNumber)
    {
        if (!positionsOfPartition.TryGetValue(file.PartitionKey, out List<DeleteFile>? files))
            return [];
        byte[] path = Encoding.UTF8.GetBytes(file.Path);
        byte[] address = Encoding.UTF8.GetBytes(DataFileName.AddressOf(file.Path));
        return files.Where(deletes => sequenceNumber <= deletes.SequenceNumber && deletes.MightName(path, address));
    }

    /// <summary>Groups with at least one file that is newer than the data file.</summary>
    public IEnumerable<EqualityGroup> EqualityOf(DataFile file, long sequenceNumber) => equality.Count == 0
        ? []
        : Groups(EqualityGroup.Everywhere).Concat(Groups(file.PartitionKey)).Where(group => sequenceNumber < group.SequenceNumber);

    private IEnumerable<EqualityGroup> Groups(PartitionKey scope) =>
        equality.TryGetValue(scope, out Dictionary<string, EqualityGroup>? groups) ? groups.Values : [];

    /// <summary>
    /// Deletes that name their data file must be in its partition. The reference implementation does not look at it, the specification
    /// would have them ignored: where the two differ, the rows cannot be known.
    /// </summary>
    private static DeleteFile InPartition(DeleteFile deletes, DataFile file) => deletes.Partition == file.PartitionKey
        ? deletes
        : throw Broken(deletes, $"it names the data file '{file.Path}', which is in another partition");

    private static CorruptTableException Broken(DeleteFile file, string why) =>
        new("iceberg.deletes_invalid", $"The delete file '{file.Path}' cannot be applied: {why}. Choose an older snapshot, or rewrite the table's deletes.");
}
