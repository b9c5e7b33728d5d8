using System.Globalization;
using Apache.Arrow;
using BulkMover.Core.Batches;
using BulkMover.Core.Stores;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;
using BulkMover.FileFormats.Parquet.Writing;
using BulkMover.TableFormats.ParquetDirectories;

namespace BulkMover.TableFormats.Targets;

/// <summary>Begins the data files of one chunk. Safe for concurrent use.</summary>
/// <param name="store">Where they lie.</param>
/// <param name="root">The table's directory.</param>
/// <param name="directory">Below it: that of the transfer's files.</param>
/// <param name="name">What the chunk's files have in common: no other chunk, and no other run that tried to bring it, has it.</param>
/// <param name="write">How the table is written.</param>
/// <param name="options">How files are written.</param>
/// <param name="open">Of all chunks.</param>
internal sealed class FileMaker(
    IWritableStore store, Location root, string directory, string name, TableWrite write, ParquetWriteOptions options, OpenFiles open)
{
    private readonly int[] columns = ColumnsInFiles(write);
    private int files;

    public OpenFiles Open => open;

    /// <summary>Bytes that copying a file takes where they pass through this program: pieces here, and parts in the store's writer.</summary>
    public long PassingBytes => PassedFile.PieceBytes + WriterBytes;

    /// <inheritdoc cref="IWritableStore.WriterBytes"/>
    public long WriterBytes => store.WriterBytes;

    /// <summary>The columns of rows that come into files. The result is the caller's.</summary>
    public RecordBatch InFile(RecordBatch rows) => BatchProjection.Select(rows, columns);

    /// <summary>As above, of some of the rows.</summary>
    public RecordBatch InFile(RecordBatch rows, int offset, int count) => BatchSlice.Of(rows, columns, offset, count);

    /// <summary>Begins a file, for which whoever calls has a place of <see cref="Open"/>.</summary>
    /// <param name="partition">Of its rows.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>The writer, and the file's path below the root.</returns>
    /// <exception cref="Core.Errors.TargetException">The table cannot keep a value of the partition.</exception>
    public async Task<(ParquetFileWriter Writer, string Path)> CreateAsync(PartitionTuple partition, CancellationToken cancellationToken)
    {
        string path = NextPath(partition);
        Location location = root.Combine(path);
        IObjectWriter target = await store.CreateAsync(location, knownBytes: null, cancellationToken);
        return (new ParquetFileWriter(target, location, SchemaOf(write), options), path);
    }

    /// <summary>Whether the store can perhaps copy the file by itself.</summary>
    public bool IsOfStore(Location file) => file.Scheme == root.Scheme;

    /// <summary>Copies a file that is there, within the store where that can, else through this program.</summary>
    /// <param name="source">Where the file lies.</param>
    /// <param name="file">The file.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="version">As <see cref="IWritableStore.TryCopyAsync"/> takes it.</param>
    /// <param name="partition">Of its rows.</param>
    /// <param name="cancellationToken">Stops the copy.</param>
    /// <returns>The copy's path below the root, and the bytes that passed through this program.</returns>
    public async Task<(string Path, long PassedBytes)> CopyAsync(
        IObjectStore source, Location file, long bytes, string? version, PartitionTuple partition, CancellationToken cancellationToken)
    {
        string path = NextPath(partition);
        if (await store.TryCopyAsync(file, bytes, version, root.Combine(path), cancellationToken))
            return (path, 0);
        // What should have been the store's work has no bytes leased for it: it takes the place of a file that is open.
        using IDisposable? place = IsOfStore(file) ? await open.TakeAsync(cancellationToken) : null;
        await PassedFile.CopyAsync(source, file, bytes, version, store, root.Combine(path), cancellationToken);
        return (path, bytes);
    }

    /// <summary>What the table and the ledger keep of a file that is whole in the store.</summary>
    public WrittenFile Whole(string path, long bytes, long rows, PartitionTuple partition, ParquetFooter footer) => write.KeepsMetrics
        ? new WrittenFile(path, bytes, rows, partition.Values, footer.Metrics, footer.RowGroupOffsets())
        : new WrittenFile(path, bytes, rows, partition.Values, [], []);

    /// <summary>Writes the deleted rows of a file that was made here, for a table that keeps them.</summary>
    /// <param name="path">The file's, below the root.</param>
    /// <param name="positions">As <see cref="IDeletesWriter"/> takes them.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public Task<WrittenDeletes> WriteDeletesAsync(string path, IEnumerable<long> positions, CancellationToken cancellationToken) =>
        write.Deletes!.WriteAsync(new DeletesPlace(store, root, directory, path), positions, cancellationToken);

    private string NextPath(PartitionTuple partition)
    {
        foreach ((PartitionColumn column, Scalar value) in write.Partitions.Zip(partition.Values))
            write.CheckPartition?.Invoke(column, value);
        int number = Interlocked.Increment(ref files);
        IEnumerable<string> directories = write.Partitions.Zip(partition.Values, HivePath.WriteShort);
        return string.Join('/', [directory, .. directories, string.Create(CultureInfo.InvariantCulture, $"{name}-{number:d4}.parquet")]);
    }

    /// <summary>Of the files.</summary>
    public static Schema SchemaOf(TableWrite write) => new([.. ColumnsInFiles(write).Select(column => FieldTree.InFiles(write.Schema.FieldsList[column]))], null);

    private static int[] ColumnsInFiles(TableWrite write) => [.. Enumerable.Range(0, write.Schema.FieldsList.Count)
        .Where(column => !write.LeavesPartitionColumnsOut || write.Partitions.All(partition => partition.Source != column))];
}
