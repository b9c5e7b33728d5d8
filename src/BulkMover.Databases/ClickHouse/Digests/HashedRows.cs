using Apache.Arrow;
using BulkMover.Core.Targets;

namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>Rows with their hashes, and those of them that are wanted.</summary>
/// <param name="rows">Number of rows.</param>
/// <param name="hashes">Of all rows or, when some are wanted, of those.</param>
/// <param name="wanted">The wanted ones; null for none. Whoever takes them disposes them.</param>
internal sealed class HashedRows(long rows, ulong[] hashes, RecordBatch? wanted) : IEncodedBlock
{
    private Action? released;

    public ulong[] Hashes { get; } = hashes;

    public RecordBatch? Wanted { get; } = wanted;

    public long Rows { get; } = rows;

    public long Bytes => 0;

    public long HeldBytes => 8L * Hashes.Length;

    public void OnDisposed(Action released) => this.released += released;

    public void Dispose()
    {
        released?.Invoke();
        released = null;
    }
}
