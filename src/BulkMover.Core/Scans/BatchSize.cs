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
    /// Columns of text or bytes may come as Arrow dictionaries of their type, as some batches of a column and as others not: where their file keeps them so, and
    /// has so few different values that a row is better sent as the number of one.
    /// </summary>
    public bool KeepsDictionaries { get; init; }
}
