using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace BulkMover.Core.Scans;

/// <summary>
/// 128 bits that tell what decides a result from everything else, on every machine and at every run. Whoever chooses paths cannot choose two
/// with one fingerprint: one file would pass for the other.
/// </summary>
public static class Fingerprint
{
    public static UInt128 Of(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
