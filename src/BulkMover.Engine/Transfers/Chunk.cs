using System.Diagnostics;
using BulkMover.Core.Scans;
using BulkMover.Core.Targets;

namespace BulkMover.Engine.Transfers;

/// <summary>
/// Scan tasks in the order of the plan that arrive together: what is lost when a copy is stopped. Whatever of it is on its way holds it;
/// with the last of them all its rows have been sent. Safe for concurrent use once all scan tasks are in it.
/// </summary>
/// <param name="number">From 0; no two chunks of a transfer have the same one, whichever run brings them.</param>
/// <param name="load">Takes its rows, once it is there; disposed with it.</param>
/// <param name="columns">Of the copy.</param>
internal sealed class Chunk(long number, Task<IChunkLoad> load, int columns) : IAsyncDisposable
{
    /// <summary>
    /// What a file costs at least: opening a small one takes as long as reading so much, and targets that are tables of files keep bounds of each column of each file of a chunk.
    /// </summary>
    private const long SmallFileBytes = 256 * 1024, SmallColumnBytes = 16 * 1024;

    private readonly List<UInt128> keys = [];
    private readonly long begin = Stopwatch.GetTimestamp();
    private int held = 1;
    private long bytes;
    private long rows;
    private bool disposed;

    public long Number { get; } = number;

    /// <summary>The keys of its scan tasks, joined. Once all are in it.</summary>
    public ReadOnlyMemory<byte> Tasks() => TaskKeys.Join(keys);

    public Task<IChunkLoad> Load { get; } = load;

    /// <summary>Rows that were sent.</summary>
    public long Rows => Interlocked.Read(ref rows);

    /// <summary>Whether a scan task goes into it.</summary>
    /// <param name="task">The next one.</param>
    /// <param name="chunkBytes">Bytes of data files in a chunk; one file may be larger.</param>
    /// <param name="chunkTime">Age of a chunk that takes no more.</param>
    public bool HasRoomFor(ScanTask task, long chunkBytes, TimeSpan chunkTime) =>
        bytes == 0 || (bytes + Weight(task) <= chunkBytes && Stopwatch.GetElapsedTime(begin) < chunkTime);

    /// <summary>Adds a scan task, which then is on its way.</summary>
    public ChunkedTask Add(ScanTask task, UInt128 key)
    {
        bytes += Weight(task);
        keys.Add(key);
        return new ChunkedTask(task, Hold());
    }

    public void AddRows(long more) => Interlocked.Add(ref rows, more);

    /// <summary>One more thing of it is on its way. Only who holds it may ask for it.</summary>
    public Chunk Hold()
    {
        Interlocked.Increment(ref held);
        return this;
    }

    /// <summary>One thing less; each calls it once, when it has gone on or is done. After a failure it need not be called.</summary>
    /// <returns>True when it was the last.</returns>
    public bool Release() => Interlocked.Decrement(ref held) == 0;

    /// <summary>Called when it has arrived, and again when the copy ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, true))
            return;
        // What kept it from being there has failed the copy already, or comes after what has.
        await ((Task)Load).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Load.IsCompletedSuccessfully)
            await (await Load).DisposeAsync();
    }

    private long Weight(ScanTask task) => Math.Max(task.FileBytes, Math.Max(SmallFileBytes, columns * SmallColumnBytes));
}
