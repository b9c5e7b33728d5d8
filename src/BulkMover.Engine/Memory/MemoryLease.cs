namespace BulkMover.Engine.Memory;

/// <summary>A right to hold a number of bytes. It has one owner at a time, who disposes it.</summary>
public sealed class MemoryLease : IDisposable
{
    private readonly MemoryBudget budget;

    internal MemoryLease(MemoryBudget budget, MemoryUse use, long bytes) => (this.budget, Use, Bytes) = (budget, use, bytes);

    public MemoryUse Use { get; }

    public long Bytes { get; private set; }

    /// <summary>
    /// Gives back what is too much, or takes what is missing at once, beyond the budget if need be: only for bytes that exist already,
    /// where an estimate was too low. Others wait until that debt is paid.
    /// </summary>
    public void Resize(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        budget.Change(Use, bytes - Bytes);
        Bytes = bytes;
    }

    /// <summary>A lease of its own for some of the bytes; where this one has fewer, the rest is taken as <see cref="Resize"/> does.</summary>
    public MemoryLease Split(long bytes)
    {
        if (bytes > Bytes)
            Resize(bytes);
        Bytes -= bytes;
        return new MemoryLease(budget, Use, bytes);
    }

    /// <summary>Takes over the bytes of a lease of the same or an earlier use, which ends with that.</summary>
    public void TakeOver(MemoryLease other)
    {
        // Moving bytes down the flow raises no sum that has a ceiling.
        budget.Move(other.Use, Use, other.Bytes);
        Bytes += other.Bytes;
        other.Bytes = 0;
    }

    /// <summary>Gives all bytes back. A second time has no effect.</summary>
    public void Dispose() => Resize(0);
}
