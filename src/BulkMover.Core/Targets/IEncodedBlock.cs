namespace BulkMover.Core.Targets;

/// <summary>Rows in a target's wire format, and the memory they need. Disposed exactly once, by whoever has it last.</summary>
public interface IEncodedBlock : IDisposable
{
    long Rows { get; }

    /// <summary>Bytes on the wire.</summary>
    long Bytes { get; }

    /// <summary>Bytes of memory that disposing gives back.</summary>
    long HeldBytes { get; }

    /// <summary>Runs once, when the block is disposed: the engine gives the lease back here.</summary>
    void OnDisposed(Action released);
}
