using System.Runtime.InteropServices;

namespace BulkMover.Core.Scans;

/// <summary>How large batches are made: as many rows as stay within both.</summary>
/// <param name="Rows">Rows of a batch at most.</param>
/// <param name="Bytes">Bytes of a batch at most, for wide rows; a single row may be larger.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BatchSize(int Rows, int Bytes)
{
    /// <summary>Enough rows that costs per batch vanish, few enough that a batch of ordinary ones stays in the cache.</summary>
    public static BatchSize Usual { get; } = new(64 * 1024, 16 * 1024 * 1024);
}
