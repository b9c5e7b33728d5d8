using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;

namespace BulkMover.Engine.Transfers;

/// <summary>Finds the data files behind what a target remembers of scan tasks.</summary>
public static class TaskFiles
{
    /// <summary>Plans the scan once and gives each difference the files of its chunks.</summary>
    public static async Task<Comparison> NameAsync(Comparison comparison, ITableSnapshot snapshot, Scan scan, CancellationToken cancellationToken)
    {
        var keys = new TaskKeys(scan);
        var places = new Dictionary<UInt128, int>();
        for (int i = 0; i < comparison.Differences.Count; i++)
        {
            foreach (UInt128 key in comparison.Differences[i].Tasks.SelectMany(TaskKeys.Split))
                places[key] = i;
        }

        if (places.Count == 0)
            return comparison;
        var files = comparison.Differences.Select(_ => new List<string>()).ToArray();
        await foreach (ScanTask task in snapshot.PlanAsync(scan, cancellationToken))
        {
            if (places.TryGetValue(keys.Of(task), out int place))
                files[place].Add(task.File.ToString());
        }

        return comparison with { Differences = [.. comparison.Differences.Select((difference, i) => difference with { Files = files[i] })] };
    }

    /// <summary>The files of scan tasks by their number in the plan.</summary>
    public static async Task<IReadOnlyDictionary<long, string>> FindAsync(
        ITableSnapshot snapshot, Scan scan, IReadOnlySet<long> numbers, CancellationToken cancellationToken)
    {
        var files = new Dictionary<long, string>();
        long number = 0;
        await foreach (ScanTask task in snapshot.PlanAsync(scan, cancellationToken))
        {
            if (numbers.Contains(number))
                files[number] = task.File.ToString();
            number++;
        }

        return files;
    }
}
