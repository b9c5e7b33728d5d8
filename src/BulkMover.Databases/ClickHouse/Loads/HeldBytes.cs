namespace BulkMover.Databases.ClickHouse.Loads;

/// <summary>How much all chunks of a load keep back together. Safe for concurrent use.</summary>
/// <param name="max">Bytes of memory that may be kept back.</param>
internal sealed class HeldBytes(long max)
{
    private long bytes;

    public bool IsOver => Interlocked.Read(ref bytes) > max;

    public void Add(long more) => Interlocked.Add(ref bytes, more);
}
