using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using Avro;
using Avro.File;
using Avro.Generic;
using Snappier;
using ZstdSharp;

namespace BulkMover.FileFormats.Tests.Avro;

/// <summary>Avro files: by Apache's own library, and by hand where it lacks the codec or would refuse to write something broken.</summary>
internal static class AvroFiles
{
    public const string Person =
        """
        {"type":"record","name":"person","namespace":"test","fields":[
          {"name":"id","type":"long","field-id":1},
          {"name":"name","type":["null","string"],"default":null,"field-id":2},
          {"name":"tags","type":{"type":"array","items":"string"},"field-id":3},
          {"name":"score","type":"double","field-id":4}]}
        """;

    /// <summary>Person i has the id i, no name when i is a multiple of 3, i mod 4 tags and the score i / 2.</summary>
    public static byte[] WrittenByApache(int records, Codec.Type codec, int blockBytes = 4096)
    {
        var schema = (RecordSchema)Schema.Parse(Person);
        using var bytes = new MemoryStream();
        using (IFileWriter<GenericRecord> writer = DataFileWriter<GenericRecord>.OpenWriter(
            new GenericDatumWriter<GenericRecord>(schema), bytes, Codec.CreateCodec(codec), leaveOpen: true))
        {
            writer.SetSyncInterval(blockBytes);
            for (int i = 0; i < records; i++)
            {
                var record = new GenericRecord(schema);
                record.Add("id", (long)i);
                record.Add("name", i % 3 == 0 ? null : $"person {i}");
                record.Add("tags", Enumerable.Range(0, i % 4).Select(tag => $"tag {tag}").ToArray());
                record.Add("score", i / 2.0);
                writer.Append(record);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>A file with the blocks as they are given; each is the number of records it claims and its bytes on disk.</summary>
    public static byte[] ByHand(string schema, string codec, params (long Records, byte[] Data)[] blocks)
    {
        byte[] sync = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
        using var file = new MemoryStream();
        file.Write("Obj\u0001"u8);
        file.Write(Long(2));
        foreach (string text in (string[])["avro.schema", schema, "avro.codec", codec])
            file.Write(Bytes(Encoding.UTF8.GetBytes(text)));
        file.Write(Long(0));
        file.Write(sync);
        foreach ((long records, byte[] data) in blocks)
        {
            file.Write(Long(records));
            file.Write(Bytes(data));
            file.Write(sync);
        }

        return file.ToArray();
    }

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

    public static byte[] Bytes(byte[] value) => [.. Long(value.Length), .. value];

    public static byte[] Compress(string codec, byte[] data)
    {
        if (codec == "null")
            return data;
        if (codec == "zstandard")
            return new Compressor().Wrap(data).ToArray();
        if (codec == "snappy")
        {
            byte[] checksum = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32.HashToUInt32(data));
            return [.. Snappy.CompressToArray(data), .. checksum];
        }

        using var compressed = new MemoryStream();
        using (var deflate = new DeflateStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            deflate.Write(data);
        return compressed.ToArray();
    }
}
