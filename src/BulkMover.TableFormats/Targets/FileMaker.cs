using System.Globalization;
using Apache.Arrow;
using BulkMover.Core.Batches;
using BulkMover.Core.Stores;
using BulkMover.Core.Types;
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
internal sealed class FileMaker(IWritableStore store, Location root, string directory, string name, TableWrite write, ParquetWriteOptions options)
{
    private readonly int[] columns = ColumnsInFiles(write);
    private int files;

    /// <summary>The columns of rows that come into files. The result is the caller's.</summary>
    public RecordBatch InFile(RecordBatch rows) => BatchProjection.Select(rows, columns);

    /// <param name="partition">Of its rows.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>The writer, and the file's path below the root.</returns>
    /// <exception cref="Core.Errors.TargetException">The table cannot keep a value of the partition.</exception>
    public async Task<(ParquetFileWriter Writer, string Path)> CreateAsync(PartitionTuple partition, CancellationToken cancellationToken)
    {
        foreach ((PartitionColumn column, Scalar value) in write.Partitions.Zip(partition.Values))
            write.CheckPartition?.Invoke(column, value);
        int number = Interlocked.Increment(ref files);
        IEnumerable<string> directories = write.Partitions.Zip(partition.Values, (column, value) => HivePath.Write(column, value));
        string path = string.Join('/', [directory, .. directories, string.Create(CultureInfo.InvariantCulture, $"{name}-{number:d4}.parquet")]);
        Location location = root.Combine(path);
        IObjectWriter target = await store.CreateAsync(location, knownBytes: null, cancellationToken);
        return (new ParquetFileWriter(target, location, SchemaOf(write), options), path);
    }

    /// <summary>Of the files.</summary>
    public static Schema SchemaOf(TableWrite write) => new([.. ColumnsInFiles(write).Select(column => write.Schema.FieldsList[column])], null);

    private static int[] ColumnsInFiles(TableWrite write) => [.. Enumerable.Range(0, write.Schema.FieldsList.Count)
        .Where(column => !write.LeavesPartitionColumnsOut || write.Partitions.All(partition => partition.Source != column))];
}
