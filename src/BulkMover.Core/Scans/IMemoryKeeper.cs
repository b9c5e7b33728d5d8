namespace BulkMover.Core.Scans;

/// <summary>A reader that keeps memory in which nothing lies any more for what it reads next.</summary>
public interface IMemoryKeeper
{
    /// <summary>From now on what is kept and what is in use of it are together no more than so many bytes, unless what is in use alone is more.</summary>
    void KeepWithin(long bytes);
}
