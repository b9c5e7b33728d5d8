using BulkMover.Core.Targets;

namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>Rows with their hashes, or those of them that are wanted, themselves.</summary>
/// <param name="rows">Number of rows.</param>
/// <param name="hashes">Of all rows or, when some are wanted, of those.</param>
/// <param name="wanted">Each wanted row as a Native block.</param>
internal sealed class HashedRows(long rows, ulong[] hashes, byte[][] wanted) : IEncodedBlock
{
    private Action? released;

    public ulong[] Hashes { get; } = hashes;

    public byte[][] Wanted { get; } = wanted;

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
