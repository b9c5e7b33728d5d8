namespace BulkMover.Core.Stores;

/// <summary>An object on its way. Disposed without being completed it leaves nothing. One caller at a time.</summary>
public interface IObjectWriter : IAsyncDisposable
{
    /// <summary>Bytes that were written.</summary>
    long Length { get; }

    /// <summary>Appends bytes, which are the caller's again when it returns; it waits while enough of them are on their way.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Makes it visible, when the store has confirmed all of it.</summary>
    Task CompleteAsync(CancellationToken cancellationToken);
}
