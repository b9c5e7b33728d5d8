using System.Security.Cryptography;
using System.Text;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// Identity of a logical file: its path and its deletion vector together (PROTOCOL.md, "Action Reconciliation"), because the same path comes
/// back alive when only its vector changed. Kept as half a SHA-256: 16 bytes a file instead of a path of a hundred.
/// </summary>
internal static class FileKey
{
    public static UInt128 Of(Location file, DeletionVector? vector) => Hash(vector is null ? file.ToString() : $"{file}\0{vector.UniqueId}");

    /// <summary>A key of the path whatever its vector, which is no file's key.</summary>
    public static UInt128 OfPath(Location file) => Hash($"{file}\0");

    private static UInt128 Hash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
