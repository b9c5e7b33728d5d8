using System.Collections.Concurrent;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;

namespace BulkMover.TableFormats.Targets;

/// <summary>The rows of one chunk on their way into files of its own.</summary>
/// <param name="load">Has the lanes.</param>
/// <param name="number">The chunk's.</param>
/// <param name="files">Begins its files.</param>
internal sealed class LakeChunk(LakeLoad load, long number, FileMaker files) : IChunkLoad
{
    /// <summary>Room for most footers, as read and as parsed.</summary>
    private const long FooterBytes = 1 << 20;

    /// <summary>What stores call an object that has been replaced.</summary>
    private const string ObjectChanged = "store.object_changed";

    private readonly ConcurrentQueue<WrittenFile> written = [];

    public FileMaker Files => files;

    public Task<long> SendAsync(IEncodedBlock block, int lane, CancellationToken cancellationToken) =>
        load.Lanes[lane % load.Lanes.Count].AddAsync(this, (RowBlock)block, cancellationToken);

    // The footer of the source's file, its deleted rows, and pieces of it where it lies in another kind of store.
    public long AdoptBytes(ScanTask task) =>
        FooterBytes + (files.IsOfStore(task.File) ? 0 : files.PassingBytes) + (load.Adoption!.DeletesBytes(task) is > 0 and var deletes ? deletes + files.WriterBytes : 0);

    public async Task<AdoptedFile?> TryAdoptAsync(ScanTask task, CancellationToken cancellationToken)
    {
        if (await load.Adoption!.TryFitAsync(task, cancellationToken) is not { } fitted)
            return null;
        (string path, long passed) = await CopyAsync(load.Adoption.Source, task, fitted, cancellationToken);
        WrittenFile file = files.Whole(path, task.FileBytes, fitted.Footer.Rows, fitted.Partition, fitted.Footer) with
        {
            Deletes = fitted.Deleted is null ? null : await files.WriteDeletesAsync(path, fitted.Deleted, cancellationToken),
        };
        Add(file);
        return new AdoptedFile(file.LiveRows, passed + (file.Deletes?.Bytes ?? 0));
    }

    private async Task<(string Path, long PassedBytes)> CopyAsync(IObjectStore source, ScanTask task, FittingFile fitted, CancellationToken cancellationToken)
    {
        try
        {
            return await files.CopyAsync(source, task.File, task.FileBytes, fitted.Footer.End.Version, fitted.Partition, cancellationToken);
        }
        catch (EnvironmentException error) when (task.End?.Version is not null && error.Code is PassedFile.Changed or ObjectChanged)
        {
            // To copy again is in vain as long as the plan has the version that is gone.
            throw new EnvironmentException(error.Code, error.Message, error);
        }
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
            if (await lane.TakeAsync(this) is { } rows)
                await rows.DisposeAsync();
        }
    }

    private async Task<long> EndFilesAsync(CancellationToken cancellationToken)
    {
        var left = new List<LaneRows>();
        try
        {
            foreach (WriterLane lane in load.Lanes)
            {
                if (await lane.TakeAsync(this) is { } rows)
                    left.Add(rows);
            }

            using var end = new ChunkEnd(left, load.RowGroupBytes, load.FileBytes);
            long bytes = 0;
            var options = new ParallelOptions { MaxDegreeOfParallelism = load.Lanes.Count, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(end.Partitions, options, async (partition, stopping) =>
                Interlocked.Add(ref bytes, await end.WriteAsync(partition, files, Add, stopping)));
            return bytes;
        }
        finally
        {
            foreach (LaneRows rows in left)
                await rows.DisposeAsync();
        }
    }
}
