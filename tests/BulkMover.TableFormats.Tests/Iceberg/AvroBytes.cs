using System.IO.Compression;
using System.Text;
using ZstdSharp;

namespace BulkMover.TableFormats.Tests.Iceberg;

/// <summary>Encodes Avro values and files, so that tests can write any manifest, right or wrong.</summary>
internal static class AvroBytes
{
    public static byte[] Null { get; } = [0];

    public static byte[] Long(long value)
    {
        var bytes = new List<byte>();
        for (ulong zigzag = (ulong)((value << 1) ^ (value >> 63)); ; zigzag >>= 7)
        {
            if (zigzag < 0x80)
                return [.. bytes, (byte)zigzag];
            bytes.Add((byte)(zigzag | 0x80));
        }
    }

    public static byte[] Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    public static byte[] Bytes(byte[] value) => [.. Long(value.Length), .. value];

    /// <summary>The second branch of a union with null.</summary>
    public static byte[] Some(byte[] value) => [2, .. value];

    public static byte[] OrNull(byte[]? value) => value is null ? Null : Some(value);

    public static byte[] Array(IReadOnlyCollection<byte[]> items) =>
        items.Count == 0 ? [0] : [.. Long(items.Count), .. items.SelectMany(item => item), 0];

    public static byte[] File(string schema, IReadOnlyDictionary<string, string> properties, IReadOnlyList<byte[]> records, string codec = "deflate", int recordsPerBlock = 100)
    {
        byte[] sync = Encoding.ASCII.GetBytes("0123456789abcdef");
        var header = new Dictionary<string, string>(properties, StringComparer.Ordinal) { ["avro.schema"] = schema, ["avro.codec"] = codec };
        using var file = new MemoryStream();
        file.Write("Obj\u0001"u8);
        file.Write(Long(header.Count));
        foreach ((string key, string value) in header)
        {
            file.Write(Text(key));
            file.Write(Text(value));
        }

        file.Write([0, .. sync]);
        foreach (byte[][] block in records.Chunk(recordsPerBlock))
        {
            byte[] data = [.. block.SelectMany(record => record)];
            file.Write(Long(block.Length));
            file.Write(Bytes(Compress(data, codec)));
            file.Write(sync);
        }

        return file.ToArray();
    }

    private static byte[] Compress(byte[] data, string codec)
    {
        if (codec == "null")
            return data;
        if (codec == "zstandard")
            return new Compressor().Wrap(data).ToArray();
        using var compressed = new MemoryStream();
        using (var deflate = new DeflateStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(data);
        return compressed.ToArray();
    }
}
