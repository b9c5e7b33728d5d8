using Apache.Arrow;
using BulkMover.FileFormats.Parquet;
using BulkMover.FileFormats.Parquet.Writing;

namespace BulkMover.TableFormats.Targets;

/// <summary>
/// A file of one partition that grows: rows are held until they are a row group. The file itself begins with the first row group. One caller at a time.
/// </summary>
/// <param name="files">Makes files.</param>
/// <param name="partition">Its rows' partition.</param>
internal sealed class OpenFile(FileMaker files, PartitionTuple partition) : IAsyncDisposable
{
    private readonly List<RowBlock> held = [];
    private ParquetFileWriter? writer;
    private string path = "";
    private long rows;

    public PartitionTuple Partition => partition;

    /// <summary>Bytes of memory of the rows that are held.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Bytes of the file so far.</summary>
    public long Bytes => writer?.Bytes ?? 0;

    public void Add(RowBlock block)
    {
        held.Add(block);
        HeldBytes += block.HeldBytes;
    }

    /// <summary>Takes over what another one of the same partition holds.</summary>
    public void TakeFrom(OpenFile other)
    {
        held.AddRange(other.held);
        HeldBytes += other.HeldBytes;
        other.held.Clear();
        other.HeldBytes = 0;
    }

    /// <summary>Writes the rows that are held as a row group, and frees them.</summary>
    /// <returns>Bytes that the file has grown by.</returns>
    public async Task<long> WriteRowGroupAsync(CancellationToken cancellationToken)
    {
        if (held.Count == 0)
            return 0;
        if (writer is null)
            (writer, path) = await files.CreateAsync(partition, cancellationToken);
        long before = writer.Bytes;
        RecordBatch[] batches = [.. held.Select(block => files.InFile(block.Batch))];
        try
        {
            await writer.WriteRowGroupAsync(batches, cancellationToken);
        }
        finally
        {
            foreach (RecordBatch batch in batches)
                batch.Dispose();
        }

        rows += held.Sum(block => block.Rows);
        Release();
        return writer.Bytes - before;
    }

    /// <summary>Ends the file; the next rows begin another one.</summary>
    /// <returns>Null when there is none.</returns>
    public async Task<WrittenFile?> CompleteAsync(CancellationToken cancellationToken)
    {
        if (writer is null)
            return null;
        await using ParquetFileWriter ended = writer;
        writer = null;
        ParquetFooter footer = await ended.CompleteAsync(cancellationToken);
        var file = new WrittenFile(path, ended.Bytes, rows, partition.Values, footer.Metrics(), footer.RowGroupOffsets());
        rows = 0;
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        Release();
        if (writer is not null)
            await writer.DisposeAsync();
    }

    private void Release()
    {
        foreach (RowBlock block in held)
            block.Dispose();
        held.Clear();
        HeldBytes = 0;
    }
}
