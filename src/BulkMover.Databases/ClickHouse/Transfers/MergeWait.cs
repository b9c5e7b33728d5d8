using System.Diagnostics;
using BulkMover.Core.Errors;

namespace BulkMover.Databases.ClickHouse.Transfers;

/// <summary>
/// Waits for merges before parts are moved into a table. The server slows inserts down where it merges more slowly than they come, but no moves:
/// without a wait a copy could leave a table so many parts that everybody else's inserts are refused.
/// </summary>
/// <param name="parts">The server's tables.</param>
/// <param name="patience">Time in which the number of parts must fall.</param>
/// <param name="notes">Told about each wait; null for nobody.</param>
internal sealed class MergeWait(PartTables parts, TimeSpan patience, IProgress<string>? notes)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Returns when the tables together have fewer parts than the last one's server would delay inserts at.</summary>
    /// <exception cref="EnvironmentException">Their number does not fall.</exception>
    public async Task WaitAsync(IReadOnlyList<TableName> tables, CancellationToken cancellationToken)
    {
        PartLimits limits = await parts.LimitsAsync(tables[^1], cancellationToken);
        long begin = Stopwatch.GetTimestamp();
        (long fewest, long fewestAt) = (long.MaxValue, begin);
        while (true)
        {
            (long inPartition, long inTotal) = await parts.CountAsync(tables, limits, cancellationToken);
            if (inPartition < limits.InPartition && inTotal < limits.InTotal)
                break;
            string state = $"{tables[^1]} has {inPartition:N0} parts in a partition, of {inTotal:N0} in all";
            if (fewest == long.MaxValue)
                notes?.Report($"{state}. Waiting until the server has merged some.");
            if (inTotal < fewest)
                (fewest, fewestAt) = (inTotal, Stopwatch.GetTimestamp());
            else if (Stopwatch.GetElapsedTime(fewestAt) >= patience)
                throw new EnvironmentException("clickhouse.too_many_parts",
                    $"{state}, and the server does not merge them. See whether merges are stopped or the server has too much to do, and choose larger partitions or fewer --writers.")
                { IsTransient = true, IsOverload = true };
            await Task.Delay(Interval, cancellationToken);
        }

        if (fewest != long.MaxValue)
            notes?.Report($"Waited {Stopwatch.GetElapsedTime(begin).TotalSeconds:F1} s for the server to merge parts of {tables[^1]}.");
    }
}
