using System.Runtime.CompilerServices;
using Apache.Arrow;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;

namespace BulkMover.Engine.Transfers;

/// <summary>A snapshot of which only some scan tasks are read.</summary>
/// <param name="snapshot">The whole.</param>
/// <param name="numbers">Those of the scan tasks, in the order of its plan.</param>
public sealed class ChosenTasks(ITableSnapshot snapshot, IReadOnlySet<long> numbers) : ITableSnapshot
{
    public string Id => snapshot.Id;

    public string? TableId => snapshot.TableId;

    public Schema Schema => snapshot.Schema;

    public Field InNewRows(Field column) => snapshot.InNewRows(column);

    public IReadOnlyList<Field> MetadataColumns => snapshot.MetadataColumns;

    public ColumnMatching Matching => snapshot.Matching;

    public IReadOnlyList<SortField> SortOrder => snapshot.SortOrder;

    public IReadOnlyList<string> PartitionColumns => snapshot.PartitionColumns;

    public IReadOnlyList<string> PartitionTerms => snapshot.PartitionTerms;

    public IReadOnlyDictionary<string, string> PartitionNames => snapshot.PartitionNames;

    public IReadOnlyList<TableFeature> Features => snapshot.Features;

    public IReadOnlyList<string> Notes => snapshot.Notes;

    public async IAsyncEnumerable<ScanTask> PlanAsync(Scan scan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long number = 0;
        await foreach (ScanTask task in snapshot.PlanAsync(scan, cancellationToken))
        {
            if (numbers.Contains(number++))
                yield return task;
        }
    }
}
