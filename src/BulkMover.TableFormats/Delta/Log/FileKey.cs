using System.IO.Hashing;
using System.Runtime.InteropServices;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// Identity of a logical file: its path and its deletion vector together (PROTOCOL.md, "Action Reconciliation"), because the same path comes
/// back alive when only its vector changed. Kept as a hash: 16 bytes a file instead of a path of a hundred. Among a billion files two have
/// the same one with a chance of 1 to 10²⁰, and the seed leaves nobody to choose paths for it.
/// </summary>
internal static class FileKey
{
    private static readonly long Seed = Random.Shared.NextInt64();

    public static UInt128 Of(Location file, DeletionVector? vector) => Hash(vector is null ? file.ToString() : $"{file}\0{vector.UniqueId}");

    /// <summary>A key of the path whatever its vector, which is no file's key.</summary>
    public static UInt128 OfPath(Location file) => Hash($"{file}\0");

    private static UInt128 Hash(string text) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text.AsSpan()), Seed);
}
