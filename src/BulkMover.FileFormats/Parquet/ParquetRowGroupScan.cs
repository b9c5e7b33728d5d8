using Apache.Arrow;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Parquet.Images;

namespace BulkMover.FileFormats.Parquet;

/// <summary>Decodes some row groups of a file through an image of their column chunks.</summary>
internal sealed class ParquetRowGroupScan : IRowGroupScan
{
    private readonly ScanFile file;
    private readonly ImagePlan plan;
    private ImageMemory? memory;
    private SlabAllocator? slabs;
    private ExpandedBatches? batches;
    private long delivered;

    /// <param name="file">The file.</param>
    /// <param name="name">For messages.</param>
    /// <param name="plan">What is decoded.</param>
    public ParquetRowGroupScan(ScanFile file, string name, ImagePlan plan)
    {
        (this.file, Name, this.plan) = (file, name, plan);
        Rows = plan.RowGroups.Sum(rowGroup => rowGroup.Rows);
        FetchBytes = plan.MaxBytes;
        DecodeBytes = Estimate(DecodeEstimate.Of(plan, file.Options));
    }

    /// <summary>Of a file that is in memory as a whole; takes over the memory.</summary>
    public ParquetRowGroupScan(ScanFile file, string name, ImagePlan plan, ImageMemory memory)
        : this(file, name, plan)
    {
        this.memory = memory;
        (HeldBytes, FetchBytes, DecodeBytes) = (file.Bytes, 0, Estimate(memory.Estimate));
    }

    public string Name { get; }

    public long Rows { get; }

    public long DeletedRows => 0;

    public long HeldBytes { get; }

    public long FetchBytes { get; }

    public long DecodeBytes { get; private set; }

    private ImageMemory Fetched => memory ?? throw new InvalidOperationException("The scan has to be fetched first.");

    public async Task FetchAsync(CancellationToken cancellationToken)
    {
        if (memory is not null)
            return;

        await using IRangeReader ranges = await PinnedReader.OpenAsync(file.Store, file.Location, file.Bytes, file.Version, cancellationToken);
        memory = await ImageMemory.FetchAsync(ranges, plan, Name, file.Options, file.Slabs, cancellationToken);
        DecodeBytes = Estimate(memory.Estimate);
    }

    public void Measure(CancellationToken cancellationToken)
    {
        Fetched.Measure(cancellationToken);
        DecodeBytes = Estimate(Fetched.Estimate);
    }

    public RecordBatch? ReadNext(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        batches ??= Open();
        using RecordBatch? batch = batches.ReadNext();
        delivered += batch?.Length ?? 0;
        if (batch is null ? delivered < Rows : delivered > Rows)
            throw ParquetErrors.Corrupt("rows_differ", Name, $"its pages hold {delivered} rows or more, its footer says {Rows}");
        return batch is null ? null : file.Shape.Apply(batch, batch.Length, slabs!);
    }

    private ExpandedBatches Open()
    {
        slabs = SlabAllocator.ForDecoding(file.Slabs, DecodeBytes);
        return new ExpandedBatches(Fetched.Open(slabs), file.Options.BatchBytes, slabs);
    }

    /// <summary>The text of variants is about as long as what they are stored in, and is there twice while it is made.</summary>
    private long Estimate(DecodeEstimate estimate) => file.Shape.HasVariants ? 2 * estimate.Bytes : estimate.Bytes;

    public void Dispose()
    {
        batches?.Dispose();
        memory?.Dispose();
        slabs?.Dispose();
    }
}
