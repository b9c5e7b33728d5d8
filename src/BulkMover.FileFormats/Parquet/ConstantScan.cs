using Apache.Arrow;
using BulkMover.Core.Scans;

namespace BulkMover.FileFormats.Parquet;

/// <summary>Rows of which no column is in the file: only their number is known from it.</summary>
internal sealed class ConstantScan(ScanFile file, string name, long rows) : IRowGroupScan
{
    private long delivered;

    public string Name => name;

    public long Rows => rows;

    public long DeletedRows => 0;

    public long HeldBytes => 0;

    public long FetchBytes => 0;

    /// <summary>One batch; values in it are short, as they stand in the table's metadata.</summary>
    public long DecodeBytes => file.Options.BatchBytes;

    public Task FetchAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public RecordBatch? ReadNext(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int count = (int)Math.Min(rows - delivered, file.Options.BatchRows);
        delivered += count;
        return count == 0 ? null : file.Shape.Apply(null, count, file.Allocator);
    }

    public void Dispose()
    {
    }
}
