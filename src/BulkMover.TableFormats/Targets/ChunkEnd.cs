using Apache.Arrow;
using BulkMover.Core.Batches;

namespace BulkMover.TableFormats.Targets;

/// <summary>
/// Writes what is left of a chunk when all its rows have come. Rows of a partition that are left in several lanes, in memory or on disk, come into one file.
/// </summary>
/// <param name="lanes">What is left in each; stays the caller's.</param>
/// <param name="rowGroupBytes">Bytes of rows in a row group at most.</param>
/// <param name="fileBytes">Bytes of a full file.</param>
internal sealed class ChunkEnd(IReadOnlyList<LaneRows> lanes, long rowGroupBytes, long fileBytes) : IDisposable
{
    // A file on disk is read by one at a time.
    private readonly SemaphoreSlim disk = new(1);

    /// <summary>Those with rows or a file that is not ended; each is to be written once.</summary>
    public IReadOnlyList<(PartitionTuple Partition, IReadOnlyList<PartitionFile> Files)> Partitions { get; } =
        [.. lanes.SelectMany(lane => lane.Files).GroupBy(file => file.Partition).Select(same => (same.Key, (IReadOnlyList<PartitionFile>)[.. same]))];

    /// <returns>Bytes that files have grown by.</returns>
    /// <param name="partition">One of <see cref="Partitions"/>.</param>
    /// <param name="files">Makes files.</param>
    /// <param name="ended">Gets the files.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public async Task<long> WriteAsync(
        (PartitionTuple Partition, IReadOnlyList<PartitionFile> Files) partition, FileMaker files, Action<WrittenFile?> ended, CancellationToken cancellationToken)
    {
        // Those that have begun are ended with what they hold; the others' rows come to the first of them.
        PartitionFile file = partition.Files.MaxBy(one => one.Bytes)!;
        foreach (RowSlice slice in partition.Files.Where(other => other != file && other.Bytes == 0).SelectMany(other => other.TakeHeld()))
            file.Add(slice);
        long written = await WriteSpilledAsync(partition.Partition, file, files, ended, cancellationToken);
        foreach (PartitionFile one in partition.Files)
        {
            written += await one.WriteHeldAsync(cancellationToken);
            ended(await one.CompleteAsync(cancellationToken));
        }

        return written;
    }

    public void Dispose() => disk.Dispose();

    private async Task<long> WriteSpilledAsync(PartitionTuple partition, PartitionFile file, FileMaker files, Action<WrittenFile?> ended, CancellationToken cancellationToken)
    {
        var batches = new List<RecordBatch>();
        try
        {
            (long written, long bytes) = (0, 0);
            foreach (SpilledRows spilled in lanes.SelectMany(lane => lane.Spilled))
            {
                if (await ReadAsync(spilled, partition, cancellationToken) is not { } batch)
                    continue;
                batches.Add(batch);
                bytes += BatchMemory.Bytes(batch);
                if (bytes < rowGroupBytes)
                    continue;
                written += await WriteAsync();
                bytes = 0;
                if (file.Bytes >= fileBytes)
                    ended(await file.CompleteAsync(cancellationToken));
            }

            // With the rows that are in memory: what is left of either would be a small row group.
            foreach (RowSlice slice in file.TakeHeld())
            {
                batches.Add(files.InFile(slice.Block.Batch, slice.Offset, slice.Rows));
                slice.Block.Release(slice.Rows);
            }

            return written + await WriteAsync();
        }
        finally
        {
            Free();
        }

        async Task<long> WriteAsync()
        {
            long written = await file.WriteAsync(batches, cancellationToken);
            Free();
            return written;
        }

        void Free()
        {
            foreach (RecordBatch batch in batches)
                batch.Dispose();
            batches.Clear();
        }
    }

    private async Task<RecordBatch?> ReadAsync(SpilledRows spilled, PartitionTuple partition, CancellationToken cancellationToken)
    {
        await disk.WaitAsync(cancellationToken);
        try
        {
            return await spilled.ReadAsync(partition, cancellationToken);
        }
        finally
        {
            disk.Release();
        }
    }
}
