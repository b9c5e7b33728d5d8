using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Tests.Parquet;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Shaping;

/// <summary>Iceberg spec, "Default values" and "Column Projection": what a file from before a field was added has in it.</summary>
public sealed class InitialDefaultTests
{
    private static readonly byte[] Uuid = Convert.FromHexString("f79c3e09677c4bbda4793f349cb785e7");

    public static TheoryData<IArrowType, object, string> Values => new()
    {
        { BooleanType.Default, true, "true" },
        { BooleanType.Default, false, "false" },
        { Int32Type.Default, -34L, "-34" },
        { Int64Type.Default, long.MaxValue, "9223372036854775807" },
        { FloatType.Default, (double)0.1f, "0.10000000149011612" },
        { DoubleType.Default, 0.1, "0.1" },
        { new Decimal128Type(9, 2), new BigInteger(-1420), "\"-14.20\"" },
        { Date32Type.Default, 17486L, "\"2017-11-16\"" },
        { Time64Type.Microsecond, 81068123456L, "\"22:31:08.123456\"" },
        { new TimestampType(TimeUnit.Microsecond, (string?)null), 1510871468123456L, "\"2017-11-16T22:31:08.123456\"" },
        { new TimestampType(TimeUnit.Microsecond, "UTC"), 1510871468123456L, "\"2017-11-16T22:31:08.123456Z\"" },
        { new TimestampType(TimeUnit.Nanosecond, (string?)null), 1510871468123456789L, "\"2017-11-16T22:31:08.123456789\"" },
        { new TimestampType(TimeUnit.Nanosecond, "UTC"), 1510871468123456789L, "\"2017-11-16T22:31:08.123456789Z\"" },
        { StringType.Default, Text("Grüße"), "\"Grüße\"" },
        { StringType.Default, Text(""), "\"\"" },
        { BinaryType.Default, Convert.FromHexString("000102ff"), "\"0x000102ff\"" },
        { new FixedSizeBinaryType(4), Convert.FromHexString("000102ff"), "\"0x000102ff\"" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task ReadAsync_FileLacksTheColumn_HasTheDefaultInEveryRow(IArrowType type, object value, string expected)
    {
        using ParquetTestFile file = Ids(1, 2);

        Assert.Equal([$$"""{"id":1,"c":{{expected}}}""", $$"""{"id":2,"c":{{expected}}}"""], await file.ReadAsync(With(Field("c", type, id: 2).WithInitialDefault(value))));
    }

    [Fact]
    public async Task ReadAsync_DefaultOfAUuid_IsOne()
    {
        using ParquetTestFile file = Ids(1);

        Assert.Equal(["""{"id":1,"c":"f79c3e09-677c-4bbd-a479-3f349cb785e7"}"""],
            await file.ReadAsync(With(Field("c", UuidType.Storage, id: 2).AsUuid().WithInitialDefault(Uuid))));
    }

    /// <summary>"When a required field is added, both defaults must be set to a non-null value."</summary>
    [Fact]
    public async Task ReadAsync_RequiredColumnIsMissing_NeedsADefault()
    {
        using ParquetTestFile file = Ids(1);
        Field required = Field("c", Int32Type.Default, nullable: false, id: 2);

        Assert.Equal(["""{"id":1,"c":7}"""], await file.ReadAsync(With(required.WithInitialDefault(7L))));
        await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync(With(required)));
    }

    [Fact]
    public async Task ReadAsync_FileHasNullsInTheColumn_TheyStay()
    {
        using ParquetTestFile file = new ParquetTestFile().Write(new Schema([Field("c", Int32Type.Default, id: 2)], null), [ArrayOf(Int32Type.Default, 1L, null)]);

        Assert.Equal(["""{"c":1}""", """{"c":null}"""],
            await file.ReadAsync(new Schema([Field("c", Int32Type.Default, id: 2).WithInitialDefault(7L)], null), ColumnMatching.FieldId));
    }

    /// <summary>"Column Projection", first rule before third: the partition value, if it is there at all.</summary>
    [Theory]
    [InlineData(5L, "5")]
    [InlineData(null, "null")]
    public async Task ReadAsync_PartitionHasAValue_GoesBeforeTheDefault(long? value, string expected)
    {
        using ParquetTestFile file = Ids(1);
        var constants = new Dictionary<string, Scalar> { ["c"] = new(Int64Type.Default, value) };

        Assert.Equal([$$"""{"id":1,"c":{{expected}}}"""], await file.ReadAsync(
            With(Field("c", Int64Type.Default, id: 2).WithInitialDefault(7L)), ColumnMatching.FieldId, constants));
    }

    /// <summary>"Column Projection", second rule before third.</summary>
    [Fact]
    public async Task ReadAsync_NameMappingFindsAColumn_GoesBeforeTheDefault()
    {
        using ParquetTestFile file = new ParquetTestFile().Write(new Schema([Field("old", Int64Type.Default)], null), [ArrayOf(Int64Type.Default, 5L)]);
        var table = new Schema(
            [
                Field("a", Int64Type.Default, id: 1).WithMappedNames(["old"]).WithInitialDefault(7L),
                Field("b", Int64Type.Default, id: 2).WithMappedNames(["new"]).WithInitialDefault(8L),
                Field("c", Int64Type.Default, id: 3).WithInitialDefault(9L),
            ],
            null);

        Assert.Equal(["""{"a":5,"b":8,"c":9}"""], await file.ReadAsync(table, ColumnMatching.FieldId));
    }

    /// <summary>The table of "Default values": the default of a struct says whether it is there, those of its fields what is in it.</summary>
    [Fact]
    public async Task ReadAsync_DefaultsOfAStructAndItsFields_AreThoseOfTheSpecification()
    {
        Field X() => Field("x", Int32Type.Default, id: 11).WithInitialDefault(0L);
        Field Y() => Field("y", Int32Type.Default, id: 12).WithInitialDefault(0L);
        Field missing = Field("p", new StructType([X(), Y()]), id: 2);
        using ParquetTestFile without = Ids(1);
        using ParquetTestFile onlyX = WriteStruct(Field("x", Int32Type.Default, id: 11), 3), onlyY = WriteStruct(Field("y", Int32Type.Default, id: 12), -1);
        var point = new Schema([missing], null);

        Assert.Equal(["""{"p":null}"""], await without.ReadAsync(point, ColumnMatching.FieldId));
        Assert.Equal(["""{"p":{"x":3,"y":0}}"""], await onlyX.ReadAsync(point, ColumnMatching.FieldId));
        point = new Schema([missing.WithInitialDefault(StructDefault.Instance)], null);
        Assert.Equal(["""{"p":{"x":0,"y":0}}"""], await without.ReadAsync(point, ColumnMatching.FieldId));
        Assert.Equal(["""{"p":{"x":0,"y":-1}}"""], await onlyY.ReadAsync(point, ColumnMatching.FieldId));
    }

    [Fact]
    public async Task ReadAsync_FieldsOfStructsInListsAndMaps_HaveTheirDefaults()
    {
        StructType written = new([Field("a", Int32Type.Default, id: 11)]);
        StructArray Members() => new(written, 2, [ArrayOf(Int32Type.Default, 1L, 2L)], new ArrowBuffer.BitmapBuilder().AppendRange([true, false]).Build(), 1);
        ArrowBuffer offsets = new ArrowBuffer.Builder<int>().Append(0).Append(2).Build();
        var list = new ListType(Field("element", written, id: 21));
        var map = new MapType(Field("key", Int32Type.Default, nullable: false, id: 22), Field("value", written, id: 23));
        var entries = new StructArray(map.KeyValueType, 2, [ArrayOf(Int32Type.Default, 7L, 8L), Members()], ArrowBuffer.Empty);
        using ParquetTestFile file = new ParquetTestFile().Write(new Schema([Field("l", list, id: 1), Field("m", map, id: 2)], null),
            [new ListArray(list, 1, offsets, Members(), ArrowBuffer.Empty), new MapArray(map, 1, offsets, entries, ArrowBuffer.Empty)]);

        StructType wanted = new([Field("a", Int32Type.Default, id: 11), Field("b", StringType.Default, nullable: false, id: 12).WithInitialDefault(Text("x"))]);
        var table = new Schema(
            [
                Field("l", new ListType(Field("element", wanted, id: 21)), id: 1),
                Field("m", new MapType(Field("key", Int32Type.Default, nullable: false, id: 22), Field("value", wanted, id: 23)), id: 2),
            ],
            null);

        Assert.Equal(["""{"l":[{"a":1,"b":"x"},null],"m":[[7,{"a":1,"b":"x"}],[8,null]]}"""], await file.ReadAsync(table, ColumnMatching.FieldId));
    }

    [Theory]
    [InlineData("c = 7", 3)]
    [InlineData("c = 8", 0)]
    [InlineData("c > 6", 3)]
    [InlineData("c is null", 0)]
    [InlineData("c is not null", 3)]
    [InlineData("p is null", 0)]
    [InlineData("p is not null", 3)]
    public async Task ReadAsync_FilterByAColumnThatTheFileLacks_JudgesTheDefault(string where, int rows)
    {
        using ParquetTestFile file = Ids(1, 2, 3);
        Schema table = With(
            Field("c", Int32Type.Default, id: 2).WithInitialDefault(7L),
            Field("p", new StructType([Field("x", Int32Type.Default, id: 4)]), id: 3).WithInitialDefault(StructDefault.Instance));

        Assert.Equal(rows, (await file.ReadAsync(table, ColumnMatching.FieldId, where: FilterParser.Parse(where, table))).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BatchesAsync_DefaultIsLong_MakesBatchesThatKeepTheirSize(bool onlyDefault)
    {
        using ParquetTestFile file = Ids([.. Enumerable.Range(0, 40).Select(id => (long)id)]);
        Field text = Field("c", StringType.Default, id: 2).WithInitialDefault(new byte[1024 * 1024]);
        int rows = 0;
        await foreach (RecordBatch batch in file.BatchesAsync(onlyDefault ? new Schema([text], null) : With(text), ColumnMatching.FieldId))
        {
            using (batch)
                Assert.True((rows += batch.Length) > 0 && batch.Length <= 16, $"{batch.Length} rows of a mebibyte each");
        }

        Assert.Equal(40, rows);
    }

    /// <summary>"Primitive Types", unknown: "not stored in data files"; promotion to any type reads null.</summary>
    [Fact]
    public async Task ReadAsync_UnknownColumns_AreNullInsideOfStructsToo()
    {
        using ParquetTestFile file = WriteStruct(Field("x", Int32Type.Default, id: 11), 3);
        var table = new Schema([Field("p", new StructType([Field("x", Int32Type.Default, id: 11), Field("u", NullType.Default, id: 12)]), id: 2), Field("u", NullType.Default, id: 3)], null);

        Assert.Equal(["""{"p":{"x":3,"u":null},"u":null}"""], await file.ReadAsync(table, ColumnMatching.FieldId));
        Assert.Single(await file.ReadAsync(table, ColumnMatching.FieldId, where: FilterParser.Parse("u is null", table)));
        Assert.Empty(await file.ReadAsync(table, ColumnMatching.FieldId, where: FilterParser.Parse("u is not null", table)));
    }

    private static Schema With(params Field[] added) => new([Field("id", Int64Type.Default, id: 1), .. added], null);

    private static ParquetTestFile Ids(params long[] ids) => new ParquetTestFile().Write(
        new Schema([Field("id", Int64Type.Default, id: 1)], null), [ArrayOf(Int64Type.Default, [.. ids.Select(id => (object)id)])]);

    private static ParquetTestFile WriteStruct(Field member, long value)
    {
        var type = new StructType([member]);
        return new ParquetTestFile().Write(new Schema([Field("p", type, id: 2)], null), [new StructArray(type, 1, [ArrayOf(member.DataType, value)], ArrowBuffer.Empty)]);
    }
}
