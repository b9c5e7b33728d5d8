using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;

namespace BulkMover.TableFormats.Targets;

/// <summary>
/// Rows of many partitions, each with few of them, that memory had no room for until there are enough: a file of Arrow IPC in the directory for temporary
/// files, with a batch for each partition. Gone when it is disposed, or when the program ends.
/// </summary>
internal sealed class SpilledRows : IDisposable
{
    private const int BufferBytes = 1 << 20;

    private readonly FileStream file;
    private readonly Dictionary<PartitionTuple, int> places = [];
    private ArrowFileReader? reader;

    private SpilledRows(FileStream file) => this.file = file;

    public IEnumerable<PartitionTuple> Partitions => places.Keys;

    /// <summary>Writes rows, and releases them. Needs as much memory again as they have, twice.</summary>
    /// <param name="partitions">The rows of each.</param>
    /// <param name="inFile">Chooses the columns that come into files.</param>
    /// <param name="allocator">Where copied rows live meanwhile.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <exception cref="EnvironmentException">Code <c>lake.spill_failed</c>.</exception>
    public static async Task<SpilledRows> WriteAsync(
        IReadOnlyList<(PartitionTuple Partition, IReadOnlyList<RowSlice> Slices)> partitions, Func<RecordBatch, RecordBatch> inFile, MemoryAllocator allocator,
        CancellationToken cancellationToken)
    {
        SpilledRows? spilled = null;
        try
        {
            spilled = new SpilledRows(Create());
            using RecordBatch sorted = Sort(partitions, inFile, allocator);
            using var writer = new ArrowFileWriter(spilled.file, sorted.Schema, leaveOpen: true);
            int[] columns = [.. Enumerable.Range(0, sorted.ColumnCount)];
            int offset = 0;
            foreach ((PartitionTuple partition, IReadOnlyList<RowSlice> slices) in partitions)
            {
                int rows = slices.Sum(slice => slice.Rows);
                using RecordBatch batch = BatchSlice.Of(sorted, columns, offset, rows);
                await writer.WriteRecordBatchAsync(batch, cancellationToken);
                spilled.places.Add(partition, spilled.places.Count);
                offset += rows;
            }

            await writer.WriteEndAsync(cancellationToken);
            return spilled;
        }
        catch (Exception error)
        {
            spilled?.Dispose();
            throw error is IOException or UnauthorizedAccessException ? Failed(error) : error;
        }
        finally
        {
            foreach (RowSlice slice in partitions.SelectMany(partition => partition.Slices))
                slice.Block.Release(slice.Rows);
        }
    }

    /// <summary>The rows of a partition; null when it has none here. The caller disposes them. One caller at a time.</summary>
    public async Task<RecordBatch?> ReadAsync(PartitionTuple partition, CancellationToken cancellationToken)
    {
        if (!places.TryGetValue(partition, out int place))
            return null;
        try
        {
            reader ??= new ArrowFileReader(file, MemoryAllocator.Default.Value, leaveOpen: true);
            return await reader.ReadRecordBatchAsync(place, cancellationToken);
        }
        catch (IOException error)
        {
            throw Failed(error);
        }
    }

    public void Dispose()
    {
        reader?.Dispose();
        file.Dispose();
    }

    private static FileStream Create() => new(
        Path.Combine(Path.GetTempPath(), $"bulkmover-{Guid.NewGuid():N}.arrow"),
        new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous, BufferSize = BufferBytes });

    /// <summary>All rows, in the order of the partitions.</summary>
    private static RecordBatch Sort(
        IReadOnlyList<(PartitionTuple Partition, IReadOnlyList<RowSlice> Slices)> partitions, Func<RecordBatch, RecordBatch> inFile, MemoryAllocator allocator)
    {
        RowBlock[] blocks = [.. partitions.SelectMany(partition => partition.Slices).Select(slice => slice.Block).Distinct()];
        var begins = new Dictionary<RowBlock, int>();
        int all = 0;
        foreach (RowBlock block in blocks)
        {
            begins.Add(block, all);
            all += (int)block.Rows;
        }

        int[] rows = [.. partitions.SelectMany(partition => partition.Slices).SelectMany(slice => Enumerable.Range(begins[slice.Block] + slice.Offset, slice.Rows))];
        RecordBatch[] parts = [.. blocks.Select(block => inFile(block.Batch))];
        try
        {
            using var joined = new RecordBatch(
                parts[0].Schema, [.. Enumerable.Range(0, parts[0].ColumnCount).Select(i => ArrowArrayConcatenator.Concatenate([.. parts.Select(part => part.Column(i))], allocator))], all);
            return BatchSelection.Take(joined, rows, allocator);
        }
        finally
        {
            foreach (RecordBatch part in parts)
                part.Dispose();
        }
    }

    private static EnvironmentException Failed(Exception error) => new("lake.spill_failed",
        $"Rows of many partitions are kept in '{Path.GetTempPath()}' until there are enough for a file, and that failed: {error.Message} Make room there, set TMPDIR to another directory, or give more --memory.", error);
}
