using Avro.File;
using Avro.Generic;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Avro;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.FileFormats.Tests.Avro;

/// <summary>Files that are written, read by Apache's own library.</summary>
public class AvroFileWriterTests
{
    private const string Schema = """
        {"type":"record","name":"r","fields":[
          {"name":"i","type":"int"},{"name":"l","type":"long"},{"name":"b","type":"boolean"},{"name":"f","type":"float"},{"name":"d","type":"double"},
          {"name":"t","type":"string"},{"name":"y","type":["null","bytes"]},{"name":"n","type":["null","long"]},{"name":"x","type":{"type":"fixed","name":"two","size":2}},
          {"name":"a","type":{"type":"array","items":"int"}}]}
        """;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(50_000)]
    public async Task Write_RecordsOfAllKinds_AreReadByApachesLibrary(int records)
    {
        CancellationToken stopping = TestContext.Current.CancellationToken;
        var store = new WritableMemoryStore(new MemoryObjectStore());
        var location = new Location("s3", "b/f.avro");
        await using (AvroFileWriter writer = await AvroFileWriter.CreateAsync(await store.CreateAsync(location, null, stopping), Schema, [new("who", "é")], stopping))
        {
            for (int record = 0; record < records; record++)
            {
                Write(writer.Record, record);
                await writer.EndRecordAsync(stopping);
            }

            await writer.CompleteAsync(stopping);
            Assert.Equal(store.Objects[location].Length, writer.Length);
        }

        using IFileReader<GenericRecord> reader = DataFileReader<GenericRecord>.OpenReader(new MemoryStream(store.Objects[location]));
        Assert.Equal("é", reader.GetMetaString("who"));
        int read = 0;
        foreach (GenericRecord record in reader.NextEntries)
            Assert.Equal(Expected(read++), [record["i"], record["l"], record["b"], record["f"], record["d"], record["t"], record["y"], record["n"], ((GenericFixed)record["x"]).Value, record["a"]]);
        Assert.Equal(records, read);
    }

    [Fact]
    public async Task Dispose_NotComplete_LeavesNothing()
    {
        CancellationToken stopping = TestContext.Current.CancellationToken;
        var store = new WritableMemoryStore(new MemoryObjectStore());
        await using (AvroFileWriter writer = await AvroFileWriter.CreateAsync(await store.CreateAsync(new Location("s3", "b/f.avro"), null, stopping), Schema, [], stopping))
        {
            Write(writer.Record, 1);
            await writer.EndRecordAsync(stopping);
        }

        Assert.Empty(store.Objects.Locations);
    }

    private static long Long(int record) => record % 3 == 0 ? long.MinValue + record : long.MaxValue - record;

    private static void Write(AvroEncoder encoder, int record)
    {
        encoder.WriteLong(-record);
        encoder.WriteLong(Long(record));
        encoder.WriteBoolean(record % 2 == 0);
        encoder.WriteFloat(record / 2f);
        encoder.WriteDouble(record / 4d);
        encoder.WriteString($"é {record}");
        encoder.WriteOptional(record % 2 == 0 ? [1, 2, 3] : (byte[]?)null);
        encoder.WriteOptional(record % 2 == 0 ? null : record);
        encoder.WriteRaw([7, 8]);
        encoder.WriteLong(2);
        encoder.WriteLong(record);
        encoder.WriteLong(64);
        encoder.WriteLong(0);
    }

    private static object?[] Expected(int record) =>
    [
        -record, Long(record), record % 2 == 0, record / 2f, record / 4d, $"é {record}", record % 2 == 0 ? new byte[] { 1, 2, 3 } : null, record % 2 == 0 ? null : (object)(long)record,
        new byte[] { 7, 8 }, new object[] { record, 64 },
    ];
}
