using Apache.Arrow.Types;
using Avro;
using Avro.File;
using Avro.Generic;
using Xunit;
using static BulkMover.FileFormats.Tests.Avro.AvroTestFile;
using ArrowField = Apache.Arrow.Field;

namespace BulkMover.FileFormats.Tests.Avro;

/// <summary>Files that Apache's own library wrote, with its values, which are not ours to encode.</summary>
public sealed class AvroApacheTests
{
    private const string Everything =
        """
        {"type":"record","name":"row","fields":[
          {"name":"b","type":"boolean","field-id":1},
          {"name":"i","type":"int","field-id":2},
          {"name":"l","type":["null","long"],"default":null,"field-id":3},
          {"name":"f","type":"float","field-id":4},
          {"name":"d","type":"double","field-id":5},
          {"name":"m","type":{"type":"fixed","name":"m","size":6,"logicalType":"decimal","precision":12,"scale":3},"field-id":6},
          {"name":"day","type":{"type":"int","logicalType":"date"},"field-id":7},
          {"name":"time","type":{"type":"long","logicalType":"time-micros"},"field-id":8},
          {"name":"at","type":{"type":"long","logicalType":"timestamp-micros","adjust-to-utc":true},"field-id":9},
          {"name":"s","type":["string","null"],"field-id":10},
          {"name":"x","type":{"type":"fixed","name":"x","size":2},"field-id":11},
          {"name":"y","type":"bytes","field-id":12},
          {"name":"r","type":["null",{"type":"record","name":"r","fields":[{"name":"a","type":"long","field-id":14}]}],"default":null,"field-id":13},
          {"name":"n","type":{"type":"array","items":["null","int"],"element-id":16},"field-id":15},
          {"name":"p","type":{"type":"map","values":"double","key-id":18,"value-id":19},"field-id":17},
          {"name":"e","type":{"type":"enum","name":"e","symbols":["RED","BLUE"]},"field-id":20}]}
        """;

    internal static readonly ArrowField[] Table =
    [
        Field("b", 1, BooleanType.Default), Field("i", 2, Int32Type.Default), Field("l", 3, Int64Type.Default), Field("f", 4, FloatType.Default),
        Field("d", 5, DoubleType.Default), Field("m", 6, new Decimal128Type(12, 3)), Field("day", 7, Date32Type.Default),
        Field("time", 8, Time64Type.Microsecond), Field("at", 9, new TimestampType(TimeUnit.Microsecond, "UTC")), Field("s", 10, StringType.Default),
        Field("x", 11, new FixedSizeBinaryType(2)), Field("y", 12, BinaryType.Default), Field("r", 13, new StructType([Field("a", 14, Int64Type.Default)])),
        Field("n", 15, new ListType(Field("element", 16, Int32Type.Default))),
        Field("p", 17, new MapType(Field("key", 18, StringType.Default, nullable: false), Field("value", 19, DoubleType.Default))),
        Field("e", 20, StringType.Default),
    ];

    [Theory]
    [InlineData(Codec.Type.Null)]
    [InlineData(Codec.Type.Deflate)]
    public async Task Read_EveryTypeThatApacheWrites_GivesItsValues(Codec.Type codec)
    {
        using var file = new AvroTestFile(Write(codec, rows: 500));

        string[] lines = await file.ReadAsync(Table);

        Assert.Equal(500, lines.Length);
        Assert.Equal(
            """{"b":true,"i":0,"l":null,"f":0.5,"d":0.25,"m":"-0.001","day":"2026-01-01","time":"00:00:01.000000","at":"2026-01-01T00:00:00.000001Z","""
            + """ "s":null,"x":"0x00ff","y":"0x","r":null,"n":[],"p":[],"e":"RED"}""".TrimStart(), lines[0]);
        Assert.Equal(
            """{"b":false,"i":-3,"l":3,"f":3.5,"d":3.25,"m":"2.999","day":"2026-01-04","time":"00:00:04.000000","at":"2026-01-01T00:00:03.000001Z","""
            + """ "s":"text 3","x":"0x03ff","y":"0x030303","r":{"a":3},"n":[0,null,2],"p":[["k0",0.0],["k1",1.0],["k2",2.0]],"e":"BLUE"}""".TrimStart(), lines[3]);
    }

    [Fact]
    public async Task Read_SubsetInAnotherOrder_GivesIt()
    {
        using var file = new AvroTestFile(Write(Codec.Type.Deflate, rows: 4));

        Assert.Equal(["""{"e":"RED","i":0}""", """{"e":"BLUE","i":-1}""", """{"e":"RED","i":-2}""", """{"e":"BLUE","i":-3}"""],
            await file.ReadAsync(Table[15], Table[1]));
    }

    internal static byte[] Write(Codec.Type codec, int rows)
    {
        var schema = (RecordSchema)global::Avro.Schema.Parse(Everything);
        using var bytes = new MemoryStream();
        using (IFileWriter<GenericRecord> writer = DataFileWriter<GenericRecord>.OpenWriter(
            new GenericDatumWriter<GenericRecord>(schema), bytes, Codec.CreateCodec(codec), leaveOpen: true))
        {
            writer.SetSyncInterval(4000);
            for (int i = 0; i < rows; i++)
                writer.Append(Row(schema, i));
        }

        return bytes.ToArray();
    }

    /// <summary>Every fourth row beginning with the first has nulls and nothing in its collections.</summary>
    private static GenericRecord Row(RecordSchema schema, int i)
    {
        bool isEmpty = i % 4 == 0;
        var row = new GenericRecord(schema);
        row.Add("b", i % 2 == 0);
        row.Add("i", -i);
        row.Add("l", isEmpty ? null : (long)i);
        row.Add("f", i + 0.5f);
        row.Add("d", i + 0.25);
        row.Add("m", new AvroDecimal(i - 0.001m));
        row.Add("day", new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(i % 300));
        row.Add("time", TimeSpan.FromSeconds(i + 1));
        row.Add("at", new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(i).AddTicks(10));
        row.Add("s", isEmpty ? null : $"text {i}");
        row.Add("x", new GenericFixed((FixedSchema)schema["x"].Schema, [(byte)i, 0xFF]));
        row.Add("y", isEmpty ? [] : new byte[] { (byte)i, (byte)i, (byte)i });
        row.Add("r", isEmpty ? null : Nested((RecordSchema)((UnionSchema)schema["r"].Schema).Schemas[1], i));
        row.Add("n", Enumerable.Range(0, i % 4).Select(item => item == 1 ? null : (object)item).ToArray());
        row.Add("p", Enumerable.Range(0, i % 4).ToDictionary(item => $"k{item}", item => (object)(double)item));
        row.Add("e", new GenericEnum((EnumSchema)schema["e"].Schema, i % 2 == 0 ? "RED" : "BLUE"));
        return row;
    }

    private static GenericRecord Nested(RecordSchema schema, int i)
    {
        var nested = new GenericRecord(schema);
        nested.Add("a", (long)i);
        return nested;
    }
}
