using System.Collections.Concurrent;
using BulkMover.Core.Scans;
using BulkMover.Core.Targets;

namespace BulkMover.TableFormats.Targets;

/// <summary>The rows of one chunk on their way into files of its own.</summary>
/// <param name="load">Has the lanes.</param>
/// <param name="number">The chunk's.</param>
/// <param name="files">Begins its files.</param>
internal sealed class LakeChunk(LakeLoad load, long number, FileMaker files) : IChunkLoad
{
    private readonly ConcurrentQueue<WrittenFile> written = [];

    public FileMaker Files => files;

    public Task<long> SendAsync(IEncodedBlock block, int lane, CancellationToken cancellationToken) =>
        load.Lanes[lane].AddAsync(this, (RowBlock)block, cancellationToken);

    // The footer of the source's file, and a piece of it where it passes through, once here and once in the store's writer.
    public long AdoptBytes => load.Adoption is null ? 0 : 3 * FileMaker.PieceBytes;

    public async Task<AdoptedFile?> TryAdoptAsync(ScanTask task, CancellationToken cancellationToken)
    {
        if (await load.Adoption!.TryFitAsync(task, cancellationToken) is not { } fitted)
            return null;
        (string path, long passed) = await files.CopyAsync(load.Adoption.Source, task.File, task.FileBytes, fitted.Partition, cancellationToken);
        Add(new WrittenFile(path, task.FileBytes, fitted.Footer.Rows, fitted.Partition.Values, fitted.Footer.Metrics(), fitted.Footer.RowGroupOffsets()));
        return new AdoptedFile(fitted.Footer.Rows, passed);
    }

    public async Task<long> CommitAsync(long rows, ReadOnlyMemory<byte> tasks, CancellationToken cancellationToken)
    {
        long bytes = await EndFilesAsync(cancellationToken);
        WrittenFile[] all = [.. written.OrderBy(file => file.Path, StringComparer.Ordinal)];
        await load.EnterAsync(number, rows, tasks, all, cancellationToken);
        return bytes;
    }

    /// <param name="file">A file that is whole; null for none.</param>
    public void Add(WrittenFile? file)
    {
        if (file is not null)
            written.Enqueue(file);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (WriterLane lane in load.Lanes)
        {
            foreach (OpenFile file in await lane.TakeAsync(this))
                await file.DisposeAsync();
        }
    }

    /// <summary>Rows of a partition that are left in several lanes come into one file.</summary>
    private async Task<long> EndFilesAsync(CancellationToken cancellationToken)
    {
        var left = new List<OpenFile>();
        try
        {
            foreach (WriterLane lane in load.Lanes)
                left.AddRange(await lane.TakeAsync(this));
            foreach (IGrouping<PartitionTuple, OpenFile> partition in left.GroupBy(file => file.Partition))
            {
                OpenFile largest = partition.MaxBy(file => file.Bytes)!;
                foreach (OpenFile other in partition.Where(other => other != largest && other.Bytes == 0))
                    largest.TakeFrom(other);
            }

            long bytes = 0;
            var options = new ParallelOptions { MaxDegreeOfParallelism = load.Lanes.Count, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(left, options, async (file, stopping) =>
            {
                Interlocked.Add(ref bytes, await file.WriteRowGroupAsync(stopping));
                Add(await file.CompleteAsync(stopping));
            });
            return bytes;
        }
        finally
        {
            foreach (OpenFile file in left)
                await file.DisposeAsync();
        }
    }
}
