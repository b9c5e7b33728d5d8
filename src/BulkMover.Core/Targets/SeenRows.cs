namespace BulkMover.Core.Targets;

/// <summary>What a <see cref="ReadingLoad"/> has seen of some rows.</summary>
/// <param name="rows">Number of rows.</param>
/// <param name="seen">What of them is wanted.</param>
/// <param name="heldBytes">Bytes of that.</param>
public sealed class SeenRows<T>(long rows, T seen, long heldBytes) : IEncodedBlock
{
    private Action? released;

    public T Seen { get; } = seen;

    public long Rows { get; } = rows;

    public long Bytes => 0;

    public long HeldBytes { get; } = heldBytes;

    public void OnDisposed(Action released) => this.released += released;

    public void Dispose()
    {
        released?.Invoke();
        released = null;
    }
}
