using System.Runtime.InteropServices;

namespace BulkMover.Core.Scans;

/// <summary>How batches are made: of as many rows as stay within both.</summary>
/// <param name="Rows">Rows of a batch at most.</param>
/// <param name="Bytes">Bytes of a batch at most, for wide rows; a single row may be larger.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BatchSize(int Rows, int Bytes)
{
    /// <summary>Enough rows that costs per batch vanish, few enough that a batch of ordinary ones stays in the cache.</summary>
    public static BatchSize Usual { get; } = new(64 * 1024, 16 * 1024 * 1024);

    /// <summary>
    /// Columns may come in the form that their file stores them in, in some batches and in others not: decimals of up to 9 or 18 digits in 32 or 64 bits, and text or
    /// bytes as dictionaries of their type, where there are so few different values that a row is better sent as the number of one.
    /// </summary>
    public bool KeepsStoredForms { get; init; }
}
