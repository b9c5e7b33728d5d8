using Apache.Arrow;
using BulkMover.FileFormats.Parquet;
using BulkMover.FileFormats.Parquet.Writing;

namespace BulkMover.TableFormats.Targets;

/// <summary>
/// A file of one partition that grows: rows are held until they are a row group. The file itself begins with the first row group. One caller at a time.
/// </summary>
/// <param name="files">Makes files.</param>
/// <param name="partition">Its rows' partition.</param>
internal sealed class PartitionFile(FileMaker files, PartitionTuple partition) : IAsyncDisposable
{
    private readonly List<RowSlice> held = [];
    private ParquetFileWriter? writer;
    private IDisposable? place;
    private string path = "";
    private long rows;

    public PartitionTuple Partition => partition;

    /// <summary>Bytes of memory of the rows that are held.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Bytes of the file so far.</summary>
    public long Bytes => writer?.Bytes ?? 0;

    /// <summary>Whether rows can be written now; false when other files have all places.</summary>
    public bool TryOpen() => (place ??= files.Open.TryTake()) is not null;

    public void Add(RowSlice slice)
    {
        held.Add(slice);
        HeldBytes += slice.Bytes;
    }

    /// <summary>Hands out the rows that are held: they are the caller's to release.</summary>
    public IReadOnlyList<RowSlice> TakeHeld()
    {
        RowSlice[] taken = [.. held];
        held.Clear();
        HeldBytes = 0;
        return taken;
    }

    /// <summary>Writes the rows that are held as a row group, and frees them.</summary>
    /// <returns>Bytes that the file has grown by.</returns>
    public async Task<long> WriteHeldAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<RowSlice> slices = TakeHeld();
        RecordBatch[] batches = [.. slices.Select(slice => files.InFile(slice.Block.Batch, slice.Offset, slice.Rows))];
        try
        {
            return await WriteAsync(batches, cancellationToken);
        }
        finally
        {
            foreach (RecordBatch batch in batches)
                batch.Dispose();
            foreach (RowSlice slice in slices)
                slice.Block.Release(slice.Rows);
        }
    }

    /// <summary>Waits for a place, as only the end of a chunk may. Writes batches, which have the file's columns and stay the caller's, as a row group.</summary>
    /// <returns>Bytes that the file has grown by.</returns>
    public async Task<long> WriteAsync(IReadOnlyList<RecordBatch> batches, CancellationToken cancellationToken)
    {
        if (batches.Count == 0)
            return 0;
        place ??= await files.Open.TakeAsync(cancellationToken);
        if (writer is null)
            (writer, path) = await files.CreateAsync(partition, cancellationToken);
        long before = writer.Bytes;
        await writer.WriteRowGroupAsync(batches, cancellationToken);
        rows += batches.Sum(batch => (long)batch.Length);
        return writer.Bytes - before;
    }

    /// <summary>Ends the file; the next rows begin another one.</summary>
    /// <returns>Null when there is none.</returns>
    public async Task<WrittenFile?> CompleteAsync(CancellationToken cancellationToken)
    {
        if (writer is null)
            return null;
        ParquetFooter footer = await writer.CompleteAsync(cancellationToken);
        WrittenFile file = files.Whole(path, writer.Bytes, rows, partition, footer);
        rows = 0;
        await CloseAsync();
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RowSlice slice in TakeHeld())
            slice.Block.Release(slice.Rows);
        await CloseAsync();
    }

    private async ValueTask CloseAsync()
    {
        (ParquetFileWriter? closed, writer) = (writer, null);
        if (closed is not null)
            await closed.DisposeAsync();
        place?.Dispose();
        place = null;
    }
}
