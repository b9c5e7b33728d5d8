namespace BulkMover.TableFormats.Targets;

/// <summary>
/// The files that blocks of one lane go to. What they hold back together stays within the lane's share: when it is full, the largest is written first, so that
/// row groups are as large as there is room for.
/// </summary>
/// <param name="share">Bytes of rows that the lane may hold.</param>
/// <param name="rowGroupBytes">Bytes of rows that are a full row group.</param>
/// <param name="fileBytes">Bytes of a full file.</param>
internal sealed class WriterLane(long share, long rowGroupBytes, long fileBytes) : IDisposable
{
    // Blocks of a lane come one after another, but chunks end while others go on.
    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<(LakeChunk Chunk, PartitionTuple Partition), OpenFile> open = [];
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
            if (!open.TryGetValue((chunk, block.Partition), out OpenFile? file))
                open.Add((chunk, block.Partition), file = new OpenFile(chunk.Files, block.Partition));
            file.Add(block);
            heldBytes += block.HeldBytes;
            long written = file.HeldBytes >= Math.Min(rowGroupBytes, share) ? await WriteAsync(chunk, file, cancellationToken) : 0;
            while (heldBytes > share)
            {
                (var key, OpenFile largest) = open.MaxBy(other => other.Value.HeldBytes);
                written += await WriteAsync(key.Chunk, largest, cancellationToken);
            }

            return written;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Hands out a chunk's files, which are the caller's then.</summary>
    public async Task<IReadOnlyList<OpenFile>> TakeAsync(LakeChunk chunk)
    {
        await gate.WaitAsync(CancellationToken.None);
        try
        {
            var taken = new List<OpenFile>();
            foreach ((var key, OpenFile file) in open.Where(entry => entry.Key.Chunk == chunk).ToArray())
            {
                open.Remove(key);
                heldBytes -= file.HeldBytes;
                taken.Add(file);
            }

            return taken;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private async Task<long> WriteAsync(LakeChunk chunk, OpenFile file, CancellationToken cancellationToken)
    {
        heldBytes -= file.HeldBytes;
        long written = await file.WriteRowGroupAsync(cancellationToken);
        if (file.Bytes >= fileBytes)
            chunk.Add(await file.CompleteAsync(cancellationToken));
        return written;
    }
}
