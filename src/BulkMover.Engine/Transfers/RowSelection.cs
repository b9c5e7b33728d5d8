using Apache.Arrow;
using BulkMover.Core.Scans;

namespace BulkMover.Engine.Transfers;

/// <summary>From what readers deliver to what the target gets: the rows of <see cref="Scan.Where"/>, the columns of <see cref="Scan.OutputSchema"/>.</summary>
internal sealed class RowSelection(Scan scan)
{
    /// <summary>Takes the batch over unless this throws; the caller owns the result, which may be the batch itself.</summary>
    public RecordBatch Apply(RecordBatch batch)
    {
        if (scan.Where is null)
            return batch;

        throw new NotSupportedException("Filters are on their way.");
    }
}
