using Apache.Arrow.Memory;

namespace BulkMover.TableFormats.Targets;

/// <summary>
/// The files that blocks of one lane go to. What they hold back together stays within the lane's share: when it is full, partitions with enough rows are
/// written, and what the others have goes to disk, so that many partitions neither fill the memory nor end in tiny files.
/// </summary>
/// <param name="share">Bytes of rows that the lane may hold, those included that sorting them for the disk needs beside them.</param>
/// <param name="rowGroupBytes">Bytes of rows that are a full row group.</param>
/// <param name="fileBytes">Bytes of a full file.</param>
internal sealed class WriterLane(long share, long rowGroupBytes, long fileBytes) : IDisposable
{
    /// <summary>Rows of a partition that are worth a row group although there will be more: smaller ones cost readers more than the disk costs us.</summary>
    private const long SmallRowGroupBytes = 16L << 20;

    /// <summary>What goes to disk is sorted before, and is in memory three times meanwhile.</summary>
    internal const int CopiesToDisk = 3;

    // Blocks of a lane come one after another, but chunks end while others go on.
    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<LakeChunk, LaneRows> chunks = [];
    private readonly long smallBytes = Math.Min(SmallRowGroupBytes, share / CopiesToDisk / 2);
    private long heldBytes;

    /// <summary>Takes the block over.</summary>
    /// <returns>Bytes that files have grown by.</returns>
    public async Task<long> AddAsync(LakeChunk chunk, RowBlock block, CancellationToken cancellationToken)
    {
        try
        {
            await gate.WaitAsync(cancellationToken);
        }
        catch
        {
            block.Dispose();
            throw;
        }

        try
        {
            if (!chunks.TryGetValue(chunk, out LaneRows? rows))
                chunks.Add(chunk, rows = new LaneRows());
            return await AddAsync(chunk, rows, block, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Hands out what there is of a chunk, which is the caller's then; null when there is nothing.</summary>
    public async Task<LaneRows?> TakeAsync(LakeChunk chunk)
    {
        await gate.WaitAsync(CancellationToken.None);
        try
        {
            chunks.Remove(chunk, out LaneRows? rows);
            return rows;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private async Task<long> AddAsync(LakeChunk chunk, LaneRows rows, RowBlock block, CancellationToken cancellationToken)
    {
        // A block is in memory as a whole until the rows of all its partitions are written.
        Interlocked.Add(ref heldBytes, block.HeldBytes);
        block.OnFreed(() => Interlocked.Add(ref heldBytes, -block.HeldBytes));
        var full = new List<PartitionFile>();
        foreach ((PartitionTuple partition, RowSlice slice) in block.Slices())
        {
            PartitionFile file = rows.FileOf(partition, chunk.Files);
            file.Add(slice);
            if (file.HeldBytes >= Math.Min(rowGroupBytes, share))
                full.Add(file);
        }

        long written = 0;
        foreach (PartitionFile file in full.Where(file => MayWrite(file, rows)))
            written += await WriteAsync(chunk, file, cancellationToken);
        bool needsNoDisk = chunks.Values.All(held => held.Files.Count == 1 && held.Files.First().TryOpen());
        if (Interlocked.Read(ref heldBytes) > (needsNoDisk ? share : share / CopiesToDisk))
        {
            foreach ((LakeChunk owner, LaneRows held) in chunks)
                written += await EmptyAsync(owner, held, cancellationToken);
        }

        return written;
    }

    /// <summary>Nothing is held afterwards: a block is freed when the rows of all its partitions are written.</summary>
    private async Task<long> EmptyAsync(LakeChunk chunk, LaneRows rows, CancellationToken cancellationToken)
    {
        long written = 0;
        foreach (PartitionFile file in rows.Files.Where(file => file.HeldBytes >= smallBytes && MayWrite(file, rows)))
            written += await WriteAsync(chunk, file, cancellationToken);
        (PartitionTuple, IReadOnlyList<RowSlice>)[] few = [.. rows.Files.Where(file => file.HeldBytes > 0).Select(file => (file.Partition, file.TakeHeld()))];
        if (few.Length > 0)
            rows.Spilled.Add(await SpilledRows.WriteAsync(few, chunk.Files.InFile, MemoryAllocator.Default.Value, cancellationToken));
        return written;
    }

    private static bool MayWrite(PartitionFile file, LaneRows rows) => file.Bytes > 0 || (rows.Files.Count(other => other.Bytes > 0) < LoadMemory.MostFilesOfALane && file.TryOpen());

    private async Task<long> WriteAsync(LakeChunk chunk, PartitionFile file, CancellationToken cancellationToken)
    {
        long written = await file.WriteHeldAsync(cancellationToken);
        if (file.Bytes >= fileBytes)
            chunk.Add(await file.CompleteAsync(cancellationToken));
        return written;
    }
}
