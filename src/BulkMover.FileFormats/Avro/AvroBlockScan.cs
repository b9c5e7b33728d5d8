using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Memory;

namespace BulkMover.FileFormats.Avro;

/// <summary>Decodes a run of blocks of a file.</summary>
internal sealed class AvroBlockScan : IRowGroupScan
{
    /// <summary>Collected values may have grown to twice their size; then they are moved into a batch, and some are widened.</summary>
    private const int BatchCopies = 4;

    private readonly AvroScanFile file;
    private readonly BlockRun run;
    private readonly ReadOnlyMemory<byte> held;
    private NativeBlock? memory;
    private RowDecoder? decoder;
    private long delivered;

    /// <param name="file">The file.</param>
    /// <param name="run">What is decoded.</param>
    /// <param name="whole">The whole file; taken over. Null when the run has to be fetched.</param>
    public AvroBlockScan(AvroScanFile file, BlockRun run, NativeBlock? whole)
    {
        (this.file, this.run, memory) = (file, run, whole);
        Name = whole is not null ? file.Name : $"{file.Name}, bytes {run.Offset} to {run.Offset + run.Bytes - 1}";
        HeldBytes = whole is not null ? file.Bytes : 0;
        FetchBytes = whole is not null ? 0 : run.Bytes;
        DecodeBytes = EstimateBytes();
        if (whole is not null)
            held = whole.Memory(run.Offset, (int)run.Bytes);
    }

    public string Name { get; }

    public long Rows => run.Rows;

    public long DeletedRows => 0;

    public long HeldBytes { get; }

    public long FetchBytes { get; }

    public long DecodeBytes { get; }

    public async Task FetchAsync(CancellationToken cancellationToken)
    {
        if (memory is not null)
            return;
        await using IRangeReader reader = await file.Store.OpenAsync(file.Location, file.Bytes, cancellationToken);
        memory = new NativeBlock(run.Bytes);
        await reader.ReadAsync(run.Offset, memory.Memory(0, (int)run.Bytes), cancellationToken);
    }

    /// <summary>Batches are cut by what was decoded.</summary>
    public void Measure(CancellationToken cancellationToken)
    {
    }

    public RecordBatch? ReadNext(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        decoder ??= Open();
        RecordBatch? batch = decoder.ReadNext();
        delivered += batch?.Length ?? 0;
        if (batch is null ? delivered < Rows : delivered > Rows)
            throw new CorruptTableException("avro.file_invalid", $"{Name} has changed while it was read: {Rows:N0} rows became {delivered:N0}.");
        return batch;
    }

    public void Dispose()
    {
        decoder?.Dispose();
        memory?.Dispose();
    }

    private RowDecoder Open()
    {
        NativeBlock fetched = memory ?? throw new InvalidOperationException("The scan has to be fetched first.");
        return new RowDecoder(file, HeldBytes > 0 ? held : fetched.Memory(0, (int)run.Bytes));
    }

    /// <summary>How much blocks grow is not known before; a null takes one byte of them and a value's width of a batch.</summary>
    private long EstimateBytes()
    {
        using var unused = new GrowingMemory(file.Options.MaxRowBytes, file.Name);
        Columns.RecordFields columns = file.NewColumns(unused);
        int ratio = file.CodecName == "null" ? 1 : AvroCodec.UsualRatio;
        double fixedBytes = RowDecoder.RowBytes(file, columns) * Math.Min(run.Rows, RowDecoder.BatchRows(file, columns));
        long batchBytes = (long)Math.Min(file.Options.BatchBytes, fixedBytes + (ratio * run.Bytes));
        return BatchCopies * batchBytes + (ratio == 1 ? 0 : 2L * ratio * run.LargestBytes);
    }
}
