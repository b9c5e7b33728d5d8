using System.Text;
using Avro.File;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Avro;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.FileFormats.Tests.Avro;

public sealed class AvroFileReaderTests
{
    private static readonly Location File = new("memory", "file.avro");

    [Theory]
    [InlineData(Codec.Type.Null)]
    [InlineData(Codec.Type.Deflate)]
    public async Task ReadBlocks_FileWrittenByApacheAvro_YieldsItsRecords(Codec.Type codec)
    {
        List<Person> people = await ReadAsync(AvroFiles.WrittenByApache(1000, codec));

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => new Person(i, i % 3 == 0 ? null : $"person {i}", i / 2.0)), people);
    }

    [Theory]
    [InlineData(Codec.Type.Null, 2000)]
    [InlineData(Codec.Type.Deflate, 500_000)]
    public async Task ReadBlocks_FileOfSeveralRequests_YieldsEveryRecord(Codec.Type codec, int blockBytes)
    {
        byte[] file = AvroFiles.WrittenByApache(100_000, codec, blockBytes);

        List<Person> people = await ReadAsync(file);

        Assert.True(codec == Codec.Type.Deflate || file.Length > 2 * 1024 * 1024);
        Assert.Equal(Enumerable.Range(0, 100_000).Select(i => (long)i), people.Select(person => person.Id));
    }

    [Theory]
    [InlineData("snappy")]
    [InlineData("zstandard")]
    [InlineData("deflate")]
    public async Task ReadBlocks_Codec_YieldsItsRecords(string codec)
    {
        byte[] data = [.. Enumerable.Range(0, 500).SelectMany(i => AvroFiles.Long(i))];
        byte[] file = AvroFiles.ByHand("""{"type":"record","name":"r","fields":[{"name":"id","type":"long","field-id":1}]}""",
            codec, (500, AvroFiles.Compress(codec, data)));

        Assert.Equal(Enumerable.Range(0, 500).Select(i => (long)i), (await ReadAsync(file)).Select(person => person.Id));
    }

    [Fact]
    public async Task ReadBlocks_SnappyChecksumIsWrong_ThrowsCorruptTable()
    {
        byte[] block = AvroFiles.Compress("snappy", AvroFiles.Long(7));
        block[^1] ^= 1;

        await ThrowsAsync("avro.block_invalid", AvroFiles.ByHand("\"long\"", "snappy", (1, block)));
    }

    [Theory]
    [InlineData("deflate")]
    [InlineData("snappy")]
    [InlineData("zstandard")]
    public async Task ReadBlocks_DecompressionBomb_ThrowsCorruptTable(string codec)
    {
        byte[] bomb = AvroFiles.Compress(codec, new byte[257 * 1024 * 1024]);

        await ThrowsAsync("avro.block_too_large", AvroFiles.ByHand("\"long\"", codec, (1, bomb)));
    }

    [Fact]
    public async Task ReadBlocks_MoreRecordsThanBytes_ThrowsCorruptTable() =>
        await ThrowsAsync("avro.file_invalid", AvroFiles.ByHand("\"null\"", "null", (long.MaxValue, [1, 2, 3])));

    [Fact]
    public async Task ReadBlocks_BlockLongerThanFile_ThrowsCorruptTable()
    {
        byte[] file = AvroFiles.ByHand("\"long\"", "null");

        await ThrowsAsync("avro.file_truncated", [.. file, .. AvroFiles.Long(1), .. AvroFiles.Long(long.MaxValue / 2), 0]);
    }

    [Fact]
    public async Task ReadBlocks_MarkerIsWrong_ThrowsCorruptTable()
    {
        byte[] file = AvroFiles.ByHand("\"long\"", "null", (1, AvroFiles.Long(7)));
        file[^1] ^= 1;

        await ThrowsAsync("avro.file_invalid", file);
    }

    [Fact]
    public async Task Open_NotAvro_ThrowsCorruptTable() => await ThrowsAsync("avro.file_invalid", "PAR1 and more"u8.ToArray());

    [Fact]
    public async Task Open_EmptyFile_ThrowsCorruptTable() => await ThrowsAsync("avro.file_invalid", []);

    [Fact]
    public async Task Open_EncryptedByIceberg_IsRefusedByName() => await ThrowsAsync("avro.file_encrypted", "AGS1 and more"u8.ToArray());

    [Fact]
    public async Task Open_UnknownCodec_IsRefusedByName()
    {
        UnsupportedFeatureException error = await Assert.ThrowsAsync<UnsupportedFeatureException>(
            () => ReadAsync(AvroFiles.ByHand("\"long\"", "bzip2", (1, [0]))));

        Assert.Contains("bzip2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"record","name":"a","fields":[{"name":"x","type":"unheard"}]}""")]
    [InlineData("""{"type":"record","name":"a"}""")]
    [InlineData("""{"type":"fixed","name":"f","size":-1}""")]
    [InlineData("""{"type":"record","name":"a","fields":[{"name":"\ud800","type":"long"}]}""")]
    [InlineData("{")]
    [InlineData("17")]
    public async Task Open_BrokenSchema_ThrowsCorruptTable(string schema) =>
        await ThrowsAsync("avro.schema_invalid", AvroFiles.ByHand(schema, "null"));

    [Fact]
    public async Task Read_EveryTruncation_ThrowsOrEndsBetweenBlocks()
    {
        byte[] file = AvroFiles.WrittenByApache(60, Codec.Type.Null, blockBytes: 300);
        int whole = 0;
        for (int length = 0; length < file.Length; length++)
        {
            try
            {
                await ReadAsync(file[..length]);
                whole++;
            }
            catch (CorruptTableException)
            {
            }
        }

        // An Avro file does not say how many blocks it has: only a cut exactly between two of them looks whole.
        Assert.InRange(whole, 1, 60);
    }

    [Theory]
    [InlineData(Codec.Type.Null)]
    [InlineData(Codec.Type.Deflate)]
    public async Task Read_FlippedBytes_ThrowsNothingButOurErrors(Codec.Type codec)
    {
        byte[] file = AvroFiles.WrittenByApache(200, codec, blockBytes: 1000);
        var random = new Random(17);
        for (int round = 0; round < 3000; round++)
        {
            byte[] broken = [.. file];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            try
            {
                await ReadAsync(broken);
            }
            catch (BulkMoverException error)
            {
                Assert.Contains("file.avro", error.Message, StringComparison.Ordinal);
            }
        }
    }

    private static async Task ThrowsAsync(string code, byte[] file)
    {
        BulkMoverException error = await Assert.ThrowsAnyAsync<BulkMoverException>(() => ReadAsync(file));
        Assert.Equal(code, error.Code);
    }

    /// <summary>Reads persons, whatever fields the schema has and in whatever order.</summary>
    private static async Task<List<Person>> ReadAsync(byte[] bytes)
    {
        var store = new MemoryObjectStore { [File] = bytes };
        await using AvroFileReader file = await AvroFileReader.OpenAsync(store, File, bytes.Length, TestContext.Current.CancellationToken);
        var people = new List<Person>();
        await foreach (AvroBlock block in file.ReadBlocksAsync(TestContext.Current.CancellationToken))
            ReadBlock(block, file.Schema, people);
        return people;
    }

    private static void ReadBlock(AvroBlock block, AvroType schema, List<Person> people)
    {
        var decoder = new AvroDecoder(block.Data.Span, "file.avro");
        for (long record = 0; record < block.Records; record++)
        {
            var person = new Person(0, null, 0);
            foreach (AvroField field in schema.Fields)
            {
                switch (field.FieldId)
                {
                    case 1: person = person with { Id = decoder.ReadLong(field.Type) ?? 0 }; break;
                    case 2: person = person with { Name = decoder.TryReadBytes(field.Type, out ReadOnlySpan<byte> name) ? Encoding.UTF8.GetString(name) : null }; break;
                    case 4: person = person with { Score = decoder.ReadDouble(field.Type) ?? 0 }; break;
                    default: decoder.Skip(field.Type); break;
                }
            }

            people.Add(person);
        }
    }

    private sealed record Person(long Id, string? Name, double Score);
}
