using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Shaping;
using BulkMover.FileFormats.Tests.Parquet;
using Xunit;

namespace BulkMover.FileFormats.Tests.Shaping;

/// <summary>Delta PROTOCOL.md, "Reader Requirements for Column Mapping": how columns are found in data files.</summary>
public sealed class ColumnMappingTests
{
    [Fact]
    public void Find_ColumnsSwappedNames_TakesThePhysicalOnes()
    {
        Field[] wanted = [Column("a").WithPhysicalName("b"), Column("b").WithPhysicalName("a")];
        Field[] file = [Column("a"), Column("b")];

        Assert.Equal((1, 0), (ByName(wanted[0], wanted, file), ByName(wanted[1], wanted, file)));
    }

    /// <summary>"For columns that are not found in the files, nulls need to be returned": a dropped column of that name is another one.</summary>
    [Fact]
    public void Find_ColumnWasDroppedAndAddedAgain_IsMissingInOldFiles()
    {
        Field wanted = Column("a").WithPhysicalName("col-2");

        Assert.Null(ByName(wanted, [wanted], [Column("a"), Column("A")]));
    }

    [Fact]
    public void Find_PhysicalNameDiffersInCase_TakesItUnlessItIsAnotherColumns()
    {
        Field[] wanted = [Column("a").WithPhysicalName("X"), Column("b").WithPhysicalName("x")];

        Assert.Equal(0, ByName(wanted[0], [wanted[0]], [Column("x")]));
        Assert.Null(ByName(wanted[0], wanted, [Column("x")]));
    }

    [Fact]
    public void Find_ByWrittenId_LooksAtNoNames()
    {
        Field[] file = [Column("a").WithFieldId(2), Column("b").WithFieldId(1), Column("c")];

        Assert.Equal(1, ById(Column("a").WithFieldId(1), file));
        Assert.Null(ById(Column("a").WithFieldId(3), file));
        Assert.Null(ById(Column("c").WithPhysicalName("c").WithFieldId(3), file));
    }

    /// <summary>"If a data file does not contain field ids, readers must refuse to read that file or return nulls for each column."</summary>
    [Fact]
    public void Find_ByWrittenIdWhereNoneIsWritten_IsRefused()
    {
        Field wanted = Column("a").WithPhysicalName("a").WithFieldId(1);

        Assert.Equal("file.field_ids_missing", Assert.Throws<UnsupportedFeatureException>(() => ById(wanted, [Column("a"), Column("b")])).Code);
        Assert.Null(ById(wanted, []));
    }

    [Theory]
    [InlineData(ColumnMatching.Name)]
    [InlineData(ColumnMatching.WrittenFieldId)]
    public async Task ReadAsync_FieldsInsideOfStructsListsAndMaps_AreFoundByTheirMapping(ColumnMatching matching)
    {
        using ParquetTestFile file = WriteNested();

        // Inside, "y" is what the file calls "p" and "x" is what it calls "y": renamed in this order, they were never the same.
        StructType inner = new([Mapped("y", Int32Type.Default, "p", 11), Mapped("x", Int32Type.Default, "y", 12), Mapped("new", Int32Type.Default, "col-13", 13)]);
        var table = new Schema([Mapped("s", inner, "col-1", 1), Mapped("l", new ListType(new Field("element", inner, true)), "col-2", 2),
            Mapped("m", new MapType(new Field("key", Int32Type.Default, false), new Field("value", inner, true)), "col-3", 3)], null);

        Assert.Equal(["""{"s":{"y":1,"x":2,"new":null},"l":[{"y":1,"x":2,"new":null}],"m":[[7,{"y":1,"x":2,"new":null}]]}"""],
            await file.ReadAsync(table, matching));
    }

    [Fact]
    public async Task ReadAsync_IdsAreMissingInsideOfAStruct_IsRefused()
    {
        StructType written = new([Column("p")]);
        using ParquetTestFile file = new ParquetTestFile().Write(new Schema([new Field("s", written, true).WithFieldId(1)], null),
            [new StructArray(written, 1, [ParquetTestFile.ArrayOf(Int32Type.Default, 1L)], ArrowBuffer.Empty)]);
        var table = new Schema([Mapped("s", new StructType([Mapped("a", Int32Type.Default, "p", 11)]), "s", 1)], null);

        Assert.Equal("file.field_ids_missing",
            (await Assert.ThrowsAsync<UnsupportedFeatureException>(() => file.ReadAsync(table, ColumnMatching.WrittenFieldId))).Code);
    }

    private static ParquetTestFile WriteNested()
    {
        StructType inner = new([Column("p").WithFieldId(11), Column("y").WithFieldId(12)]);
        StructArray Members() =>
            new(inner, 1, [ParquetTestFile.ArrayOf(Int32Type.Default, 1L), ParquetTestFile.ArrayOf(Int32Type.Default, 2L)], ArrowBuffer.Empty);
        ArrowBuffer offsets = new ArrowBuffer.Builder<int>().Append(0).Append(1).Build();
        var list = new ListType(new Field("element", inner, true));
        var map = new MapType(new Field("key", Int32Type.Default, false), new Field("value", inner, true));
        var entries = new StructArray(map.KeyValueType, 1, [ParquetTestFile.ArrayOf(Int32Type.Default, 7L), Members()], ArrowBuffer.Empty);
        var schema = new Schema(
            [new Field("col-1", inner, true).WithFieldId(1), new Field("col-2", list, true).WithFieldId(2), new Field("col-3", map, true).WithFieldId(3)], null);
        return new ParquetTestFile().Write(schema,
            [Members(), new ListArray(list, 1, offsets, Members(), ArrowBuffer.Empty), new MapArray(map, 1, offsets, entries, ArrowBuffer.Empty)]);
    }

    private static int? ByName(Field wanted, Field[] siblings, Field[] file) => new FieldMatcher(ColumnMatching.Name, "file").Find(wanted, siblings, file);

    private static int? ById(Field wanted, Field[] file) => new FieldMatcher(ColumnMatching.WrittenFieldId, "file").Find(wanted, [wanted], file);

    private static Field Column(string name) => new(name, Int32Type.Default, nullable: true);

    private static Field Mapped(string name, IArrowType type, string physicalName, int id) =>
        new Field(name, type, nullable: true).WithPhysicalName(physicalName).WithFieldId(id);
}
