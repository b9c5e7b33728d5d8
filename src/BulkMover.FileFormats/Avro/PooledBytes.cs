using System.Buffers;

namespace BulkMover.FileFormats.Avro;

/// <summary>
/// Buffers that one manifest after the other uses: new ones of their size would each be collected with everything else. What is larger than
/// manifests need is not kept.
/// </summary>
internal static class PooledBytes
{
    private const int MaxKeptBytes = 4 * 1024 * 1024;

    /// <summary>At least that many bytes, with anything in them.</summary>
    public static byte[] Rent(int bytes) =>
        bytes <= MaxKeptBytes ? ArrayPool<byte>.Shared.Rent(bytes) : GC.AllocateUninitializedArray<byte>(bytes);

    /// <summary>Takes a rented buffer back; nobody reads it any more.</summary>
    public static void Return(byte[] buffer)
    {
        if (buffer.Length is > 0 and <= MaxKeptBytes)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
