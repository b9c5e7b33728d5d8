using BulkMover.Core.Targets;

namespace BulkMover.Engine.Transfers;

/// <summary>Chunks that an earlier run has brought halfway, and which scan tasks belong to them.</summary>
internal sealed class HalfwayChunks
{
    private readonly Dictionary<UInt128, Stack<Chunk>> tasks = [];
    private readonly Dictionary<Chunk, long> missing = [];

    /// <summary>Scan tasks that have not been met.</summary>
    public long Left => missing.Values.Sum();

    public void Add(Chunk chunk, ArrivedChunk before)
    {
        missing[chunk] = TaskKeys.Count(before.Tasks);
        foreach (UInt128 key in TaskKeys.Split(before.Tasks))
        {
            if (!tasks.TryGetValue(key, out Stack<Chunk>? with))
                tasks.Add(key, with = []);
            with.Push(chunk);
        }
    }

    /// <summary>The chunk that a scan task of the plan belongs to; null for none.</summary>
    public Chunk? Take(UInt128 task)
    {
        if (!tasks.TryGetValue(task, out Stack<Chunk>? with) || !with.TryPop(out Chunk? chunk))
            return null;
        missing[chunk]--;
        return chunk;
    }

    /// <summary>Whether all scan tasks of a chunk have been met.</summary>
    public bool IsWhole(Chunk chunk) => missing[chunk] == 0;
}
