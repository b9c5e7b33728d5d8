using System.Collections;
using BulkMover.Core.Targets;

namespace BulkMover.Engine.Transfers;

/// <summary>The scan tasks whose rows earlier runs have brought, each to be met once in the plan of this run. 16 bytes and a bit each.</summary>
internal sealed class ArrivedTasks
{
    /// <summary>Sorted. A key stands there more than once where a table lists a file more than once: then its rows count as often.</summary>
    private readonly UInt128[] keys;
    private readonly BitArray met;

    public ArrivedTasks(IReadOnlyCollection<ArrivedChunk> chunks)
    {
        // As long as it has to be from the start: there may be many millions.
        keys = new UInt128[chunks.Sum(chunk => TaskKeys.Count(chunk.Tasks))];
        int next = 0;
        foreach (UInt128 key in chunks.SelectMany(chunk => TaskKeys.Split(chunk.Tasks)))
            keys[next++] = key;
        Array.Sort(keys);
        met = new BitArray(keys.Length);
        Left = keys.Length;
    }

    /// <summary>How many have not been met.</summary>
    public long Left { get; private set; }

    /// <summary>True when the task's rows have arrived and it was not met as often before.</summary>
    public bool Meet(UInt128 task)
    {
        int at = Array.BinarySearch(keys, task);
        while (at > 0 && keys[at - 1] == task)
            at--;
        for (; at >= 0 && at < keys.Length && keys[at] == task; at++)
        {
            if (met[at])
                continue;
            met[at] = true;
            Left--;
            return true;
        }

        return false;
    }
}
