using System.Diagnostics;
using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Targets;
using BulkMover.Engine.Flows;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Metrics;

namespace BulkMover.Engine.Transfers;

/// <summary>What the stages from a scan task to a record batch do with one item. Invariant 7: they lease bytes before the bytes exist.</summary>
internal sealed class SourceStages(
    Scan scan, IScanTaskReader reader, Task<ITargetLoad> load, MemoryBudget memory, MemoryAllocator allocator, TransferMeter meter)
{
    private readonly Lanes lanes = new(meter.Decode, meter.Send);
    private readonly FetchAhead ahead = new(meter.Decode);

    /// <summary>Has the target take the file as it is; one that does not fit is sent on.</summary>
    public async Task AdoptAsync(ChunkedTask item, Stage<ChunkedTask> open, Stage<Chunk> arrive, CancellationToken stopping)
    {
        AdoptedFile? adopted;
        IChunkLoad into = await item.Chunk.Load;
        using (await LeaseAsync(meter.Adopt, MemoryUse.Open, into.AdoptBytes(item.Task), item.Task.File.ToString(), stopping))
            adopted = await into.TryAdoptAsync(item.Task, stopping);
        if (adopted is null)
        {
            await open.SendAsync(item);
            return;
        }

        item.Chunk.AddRows(adopted.Rows);
        meter.AddAdopted(adopted.Rows, item.Task.FileBytes, adopted.PassedBytes);
        await TargetStages.ReleaseAsync(item.Chunk, arrive);
    }

    /// <summary>Reads the footer and sends the row groups on as they come, so that all workers share even a single file.</summary>
    public async Task OpenAsync(ChunkedTask item, Stage<LeasedScan> fetch, Stage<Chunk> arrive, CancellationToken stopping)
    {
        ScanTask task = item.Task;
        var file = new FileProgress(task, meter);
        using MemoryLease lease = await LeaseAsync(meter.Open, MemoryUse.Open, reader.OpenBytes(task), task.File.ToString(), stopping);
        using var deletes = new SharedLease(lease.Split(task.Deletes?.Bytes ?? 0));
        await foreach (IRowGroupScan rowGroup in reader.OpenAsync(task, stopping))
        {
            file.Begin();
            meter.AddBytesRead(rowGroup.HeldBytes);
            await fetch.SendAsync(new LeasedScan(rowGroup, lease.Split(rowGroup.HeldBytes), deletes.Share(), item.Chunk.Hold(), file));
        }

        file.EndListing();
        await TargetStages.ReleaseAsync(item.Chunk, arrive);
    }

    /// <summary>Reads the column chunks.</summary>
    public async Task FetchAsync(LeasedScan item, Stage<LeasedScan> decode, CancellationToken stopping)
    {
        IRowGroupScan rowGroup = item.Scan;
        try
        {
            memory.ThrowIfTooSmall(rowGroup.Name, (MemoryUse.Fetch, rowGroup.FetchBytes), (MemoryUse.Decode, rowGroup.DecodeBytes));
            if (rowGroup.FetchBytes > 0)
                item = item with { Place = await ahead.EnterAsync() };
            MemoryLease lease = await LeaseAsync(meter.Fetch, MemoryUse.Fetch, rowGroup.FetchBytes, rowGroup.Name, stopping);
            lease.TakeOver(item.Lease);
            item = item with { Lease = lease };
            long begin = Stopwatch.GetTimestamp();
            await rowGroup.FetchAsync(stopping);
            if (rowGroup.FetchBytes > 0)
                ahead.Fetched(rowGroup.FetchBytes, Stopwatch.GetElapsedTime(begin));
        }
        catch
        {
            item.Dispose();
            throw;
        }

        meter.AddBytesRead(rowGroup.FetchBytes);
        await decode.SendAsync(item);
    }

    /// <summary>Makes record batches, of the selected rows and columns only.</summary>
    public async Task DecodeAsync(LeasedScan item, Stage<LeasedBatch> encode, Stage<Chunk> arrive, CancellationToken stopping)
    {
        using (item)
        {
            Lane lane = lanes.Take();
            IRowGroupScan rowGroup = item.Scan;
            // Else what it waits for is also the target's beginning, and tells nothing of the pace.
            bool hasBegun = load.IsCompletedSuccessfully;
            long begin = Stopwatch.GetTimestamp();
            using MemoryLease workingSet = await LeaseWorkingSetAsync(rowGroup, stopping);
            long rows = 0;
            while (rowGroup.ReadNext(stopping) is { } batch)
            {
                rows += batch.Length;
                LeasedBatch selected = await SelectAsync(batch, item, lane, stopping);
                meter.AddRowsRead(selected.Batch.Length);
                if (selected.Batch.Length > 0)
                {
                    selected.Chunk.Hold();
                    await encode.SendAsync(selected);
                    // One is sent and one is ready for when that is done: a third would only be memory. Behind the last there is none.
                    if (rows + rowGroup.DeletedRows < rowGroup.Rows)
                    {
                        using (meter.Encode.SenderWaits())
                            await selected.HandedOn;
                    }
                }
                else
                {
                    selected.Dispose();
                }
            }

            // Invariant 4: a row group that ends early must not pass for a short one.
            if (rows + rowGroup.DeletedRows != rowGroup.Rows)
            {
                throw new CorruptTableException("engine.row_group_incomplete",
                    $"{rowGroup.Name} has {rowGroup.Rows:N0} rows by its metadata, but its pages hold {rows + rowGroup.DeletedRows:N0}. The file must be written again.");
            }

            // After a failure nothing is decoded any more, so a lane that was not given back is not missed.
            lanes.GiveBack(lane);
            item.File.End(rowGroup);
            if (rowGroup.FetchBytes > 0 && hasBegun)
                ahead.Decoded(rowGroup.FetchBytes, Stopwatch.GetElapsedTime(begin));
        }

        await TargetStages.ReleaseAsync(item.Chunk, arrive);
    }

    private async Task<MemoryLease> LeaseWorkingSetAsync(IRowGroupScan rowGroup, CancellationToken stopping)
    {
        MemoryLease lease = await LeaseAsync(meter.Decode, MemoryUse.Decode, rowGroup.DecodeBytes, rowGroup.Name, stopping);
        try
        {
            rowGroup.Measure(stopping);
        }
        catch
        {
            lease.Dispose();
            throw;
        }

        if (rowGroup.DecodeBytes <= lease.Bytes)
        {
            lease.Resize(rowGroup.DecodeBytes);
            return lease;
        }

        // Given back first: two that hold a part and wait for the rest would wait for each other.
        lease.Dispose();
        return await LeaseAsync(meter.Decode, MemoryUse.Decode, rowGroup.DecodeBytes, rowGroup.Name, stopping);
    }

    // Takes the batch over. It came to be within the decoder's working set; from here on it is leased as what it is, together with what
    // encoding it will need: asked for in two steps, the first could be what the second waits for.
    private async Task<LeasedBatch> SelectAsync(RecordBatch batch, LeasedScan rowGroup, Lane lane, CancellationToken stopping)
    {
        MemoryLease? lease = null;
        try
        {
            long bytes = BatchMemory.Bytes(batch) + EncodeBytes(batch, await load);
            lease = await LeaseAsync(meter.Decode, MemoryUse.Encode, bytes, $"A batch of {rowGroup.Scan.Name}", stopping);
            return new LeasedBatch(scan.Where is null ? batch : Select(scan.Where, batch), lease, rowGroup.Chunk, lane);
        }
        catch
        {
            batch.Dispose();
            lease?.Dispose();
            throw;
        }
    }

    private long EncodeBytes(RecordBatch batch, ITargetLoad into)
    {
        using RecordBatch columns = BatchProjection.KeepFirst(batch, scan.OutputSchema.FieldsList.Count);
        return into.EncodeBytes(columns);
    }

    // Takes the batch over unless this throws. What is selected has room in the lease of the whole.
    private RecordBatch Select(Filter where, RecordBatch batch)
    {
        using RowSelection rows = RowFilter.Select(where, batch);
        using RecordBatch columns = BatchProjection.KeepFirst(batch, scan.OutputSchema.FieldsList.Count);
        RecordBatch selected = BatchSelection.Take(columns, rows.Rows, allocator);
        batch.Dispose();
        return selected;
    }

    private async ValueTask<MemoryLease> LeaseAsync(StageMeter stage, MemoryUse use, long bytes, string what, CancellationToken stopping)
    {
        ValueTask<MemoryLease> leasing = memory.LeaseAsync(use, bytes, what, stopping);
        if (leasing.IsCompleted)
            return await leasing;

        using (stage.WaitsForMemory())
            return await leasing;
    }
}
