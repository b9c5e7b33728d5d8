using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace BulkMover.TableFormats.ParquetDirectories;

/// <summary>Identity of a set of files: their names, lengths and times in the order of the listing.</summary>
internal sealed class ListingHash : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Add(ParquetFile file)
    {
        byte[] path = Encoding.UTF8.GetBytes(file.Path);
        Span<byte> numbers = stackalloc byte[3 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, path.Length);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], file.Object.Bytes);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[16..], file.Object.Modified?.UtcTicks ?? 0);
        hash.AppendData(numbers);
        hash.AppendData(path);
    }

    /// <summary>16 hex digits.</summary>
    public string Finish() => Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));

    public void Dispose() => hash.Dispose();
}
