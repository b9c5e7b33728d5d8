namespace BulkMover.Core.Scans;

/// <summary>A reader that keeps memory in which nothing lies any more for what it reads next. Safe for concurrent use.</summary>
public interface IMemoryKeeper
{
    /// <summary>
    /// Gives up at once what is kept beyond so many bytes; all of it when that is negative. What is given back later is kept beside it, and what is taken from the system later is part of it.
    /// </summary>
    void KeepAtMost(long bytes);
}
