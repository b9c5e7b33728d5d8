using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;
using BulkMover.FileFormats.Tests.Variants;
using BulkMover.Testing.Memory;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;
using static BulkMover.FileFormats.Tests.Variants.VariantBytes;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>Variants, geometries and intervals as columns of a file. Arrow C++ writes groups without an annotation, as older writers do.</summary>
public sealed class VariantColumnsTests
{
    private static readonly StructType Group = new([Field("metadata", BinaryType.Default), Field("value", BinaryType.Default)]);

    private static readonly Field Variant = Field("v", StringType.Default).AsVariant();

    [Fact]
    public async Task ReadAsync_VariantsAtEachLevel_AreTextWhereTheTableWantsThem()
    {
        object?[] one = [Metadata("a"), new VariantBytes().Object((0, Int8(1)))], isNull = [Empty, VariantBytes.Null];
        var map = new MapType(Field("key", StringType.Default, nullable: false), Field("value", Group));
        Schema file = new([Field("v", Group), Field("l", new ListType(Field("element", Group))), Field("s", new StructType([Field("v", Group)])), Field("m", map)], null);
        Schema table = new(
        [
            Variant,
            Field("l", new ListType(Field("element", StringType.Default).AsVariant())),
            Field("s", new StructType([Variant])),
            Field("m", new MapType(Field("key", StringType.Default, nullable: false), Field("value", StringType.Default).AsVariant())),
        ], null);
        using ParquetTestFile written = new ParquetTestFile().Write(file,
        [
            Column(file, 0, one, null, isNull),
            Column(file, 1, new List<object?> { one, null, isNull }, null, new List<object?>()),
            Column(file, 2, new object?[] { one }, new object?[] { null }, null),
            Column(file, 3, new List<object?> { new object?[] { Text("k"), one } }, new List<object?> { new object?[] { Text("k"), null } }, null),
        ]);

        Assert.Equal(
            [
                """{"v":{"a":1},"l":[{"a":1},null,null],"s":{"v":{"a":1}},"m":[["k",{"a":1}]]}""",
                """{"v":null,"l":null,"s":{"v":null},"m":[["k",null]]}""",
                """{"v":null,"l":[],"s":null,"m":null}""",
            ],
            await written.ReadAsync(table));
        await foreach (RecordBatch batch in written.BatchesAsync(table))
        {
            using (batch)
            {
                // A row without a variant is not one whose variant is null.
                Assert.Equal([false, true, false], Enumerable.Range(0, 3).Select(batch.Column(0).IsNull));
                Assert.Equal("null", ((StringArray)batch.Column(0)).GetString(2));
            }
        }
    }

    [Fact]
    public async Task ReadAsync_GroupThatTheTableHasAsStruct_StaysOne()
    {
        Schema file = new([Field("v", Group)], null);
        using ParquetTestFile written = new ParquetTestFile().Write(file, [Column(file, 0, [Row(Empty, Int8(1))])]);

        Assert.Equal(["""{"v":{"metadata":"0x010000","value":"0x0c01"}}"""], await written.ReadAsync());
    }

    [Fact]
    public async Task ReadAsync_TextWhereTheTableHasAVariant_ThrowsCorruptTable()
    {
        using ParquetTestFile written = new ParquetTestFile().Write(new Schema([Field("v", StringType.Default)], null), [ArrayOf(StringType.Default, Text("1"))]);

        Assert.Equal("file.type_mismatch", (await Assert.ThrowsAsync<CorruptTableException>(() => written.ReadAsync(new Schema([Variant], null)))).Code);
    }

    [Fact]
    public async Task ReadAsync_BrokenVariant_NamesColumnAndFileAndFreesAll()
    {
        Schema file = new([Field("id", Int64Type.Default), Field("v", Group)], null);
        using ParquetTestFile written = new ParquetTestFile().Write(file, [ArrayOf(Int64Type.Default, 1L, 2L), Column(file, 1, Row(Empty, Int8(1)), Row(Empty, Primitive(6)))]);

        CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(() => written.ReadAsync(new Schema([file.FieldsList[0], Variant], null)));
        Assert.Equal("file.variant_broken", error.Code);
        Assert.Contains("'v'", error.Message, StringComparison.Ordinal);
        Assert.Contains("file.parquet", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ScansAsync_Variants_LeaseTheirTextToo()
    {
        Schema file = new([Field("v", Group)], null);
        using ParquetTestFile written = new ParquetTestFile().Write(file, [Column(file, 0, [Row(Empty, Int8(1))])]);
        using IRowGroupScan asStruct = await written.ScansAsync().FirstAsync(TestContext.Current.CancellationToken);
        using IRowGroupScan asText = await written.ScansAsync(new Schema([Variant], null)).FirstAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2 * asStruct.DecodeBytes, asText.DecodeBytes);
    }

    [Fact]
    public async Task ReadAsync_GeometryBeyondItsBounds_IsNotRuledOut()
    {
        Field plain = Field("g", BinaryType.Default);
        using ParquetTestFile written = new ParquetTestFile().Write(new Schema([plain], null), [ArrayOf(BinaryType.Default, new byte[] { 1 }, new byte[] { 3 })]);
        Filter beyond = new Filter.Comparison("g", ComparisonOperator.Equal, new Scalar(BinaryType.Default, new byte[] { 9 }));

        Assert.Empty(await written.ReadAsync(new Schema([plain], null), where: beyond));
        Assert.Equal(2, (await written.ReadAsync(new Schema([plain.AsGeometry(null)], null), where: beyond)).Length);
    }

    [Fact]
    public void Apply_Intervals_AreMonthsDaysAndMillisecondsWithoutASign()
    {
        var allocator = new CountingAllocator();
        byte[] first = [177, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], last = [0, 0, 0, 0, 4, 1, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF];
        using (ArrayData source = NestedRows.Build(allocator, new FixedSizeBinaryType(IntervalShape.Bytes), [first, null, last]))
        using (ArrayData slice = source.Slice(1, 2))
        {
            Assert.Equal(["""{"i":{"months":177,"days":0,"milliseconds":0}}""", """{"i":null}""", """{"i":{"months":0,"days":260,"milliseconds":4294967295}}"""], Intervals(source));
            Assert.Equal(["""{"i":null}""", """{"i":{"months":0,"days":260,"milliseconds":4294967295}}"""], Intervals(slice));
        }

        Assert.Equal((0, 0), (allocator.LiveBytes, allocator.BuffersFreedTwice));

        string[] Intervals(ArrayData data)
        {
            using var array = new StructArray(new IntervalShape().Apply(data, new TakenBuffers(allocator)));
            return [.. Lines(new RecordBatch(new Schema([Field("i", IntervalShape.Type)], null), [array], array.Length))];
        }
    }

    private static object?[] Row(byte[] metadata, byte[] value) => [metadata, value];

    private static IArrowArray Column(Schema schema, int index, params object?[] rows) =>
        ArrowArrayFactory.BuildArray(NestedRows.Build(MemoryAllocator.Default.Value, schema.FieldsList[index].DataType, rows));
}
