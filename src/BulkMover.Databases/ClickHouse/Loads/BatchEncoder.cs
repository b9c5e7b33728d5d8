using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Databases.ClickHouse.Native.Partitions;

namespace BulkMover.Databases.ClickHouse.Loads;

/// <summary>Turns batches into blocks of the Native format, of one partition each where that can be told here. Safe for concurrent use.</summary>
/// <param name="columns">The columns of the batches.</param>
/// <param name="partitionKey">The table's expression as the server writes it; empty for none.</param>
internal sealed class BatchEncoder(IReadOnlyList<TargetColumn> columns, string partitionKey)
{
    /// <summary>
    /// A batch of more partitions is not taken apart: blocks of a few rows each would cost more than they save, and a table with so many
    /// partitions gets as many parts in any case.
    /// </summary>
    private const int MaxGroups = 256;

    /// <summary>What a block needs at least, however few rows it has.</summary>
    private const int SmallBlockBytes = 4096;

    private readonly NativeEncoder encoder = new(columns);
    private readonly PartitionKey? partitions = partitionKey.Length > 0 ? PartitionKey.TryParse(partitionKey, columns) : null;

    /// <inheritdoc cref="ITargetLoad.EncodeBytes"/>
    /// <remarks>Grouping by partition copies the batch once; of dictionaries each group writes the entries that it has, gathered before, which together are no more than the rows' text.</remarks>
    public long EncodeBytes(RecordBatch batch)
    {
        long whole = encoder.EncodeBytes(batch);
        return partitions is null ? whole : BatchMemory.Bytes(batch) + (2 * whole) + (MaxGroups * SmallBlockBytes) + (2 * DictionaryText.Bytes(batch));
    }

    /// <inheritdoc cref="ITargetLoad.Encode"/>
    public IEnumerable<IEncodedBlock> Encode(RecordBatch batch) => partitions is null ? [encoder.Encode(batch)] : EncodeByPartition(batch, partitions);

    private IEnumerable<IEncodedBlock> EncodeByPartition(RecordBatch batch, PartitionKey key)
    {
        IReadOnlyList<PartitionRows> groups;
        try
        {
            groups = key.Group(batch);
        }
        catch
        {
            batch.Dispose();
            throw;
        }

        return groups.Count > MaxGroups ? [encoder.Encode(batch)] : EncodeGroups(batch, groups);
    }

    private IEnumerable<IEncodedBlock> EncodeGroups(RecordBatch batch, IReadOnlyList<PartitionRows> groups)
    {
        using (batch)
        {
            foreach (PartitionRows rows in groups)
            {
                RecordBatch part = BatchSelection.Take(batch, rows.Rows.Span, MemoryAllocator.Default.Value);
                yield return new PartitionedBlock(encoder.Encode(part), rows.Partition);
            }
        }
    }
}
