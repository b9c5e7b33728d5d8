using Apache.Arrow;
using BulkMover.Core.Scans;

namespace BulkMover.FileFormats.Parquet;

/// <summary>Rows of which no column is in the file: only their number is known from it.</summary>
internal sealed class ConstantScan(ScanFile file, string name, long rows) : IRowGroupScan
{
    private readonly long batchRows = Math.Clamp((long)(file.Options.BatchBytes / file.Shape.FilledRowBytes), 1, file.Options.BatchRows);
    private long delivered;

    public string Name => name;

    public long Rows => rows;

    public long DeletedRows => 0;

    public long HeldBytes => 0;

    public long FetchBytes => 0;

    /// <summary>One batch.</summary>
    public long DecodeBytes => (long)Math.Max(file.Options.BatchBytes, batchRows * file.Shape.FilledRowBytes);

    public Task FetchAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Measure(CancellationToken cancellationToken)
    {
    }

    public RecordBatch? ReadNext(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int count = (int)Math.Min(rows - delivered, batchRows);
        delivered += count;
        return count == 0 ? null : file.Shape.Apply(null, count, file.Allocator);
    }

    public void Dispose()
    {
    }
}
