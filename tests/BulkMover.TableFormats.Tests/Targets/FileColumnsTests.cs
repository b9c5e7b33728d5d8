using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Targets;
using Xunit;

namespace BulkMover.TableFormats.Tests.Targets;

/// <summary>Which column of a file without field ids is which of the source's (Iceberg spec, "Column Projection").</summary>
public sealed class FileColumnsTests
{
    private static readonly Schema File = new([Column("a"), Column("b")], null);

    private static readonly Field A = Column("a").WithFieldId(1), B = Column("b").WithFieldId(2);

    [Fact]
    public void Find_MappingNamesAnotherColumn_IsThatOneAndNotWhatTheTargetLooksFor()
    {
        Field a = A.WithMappedNames(["b"]), b = B.WithMappedNames(["a"]);
        var columns = new FileColumns(File, new Schema([a, b], null), ColumnMatching.FieldId, Write(ColumnMatching.Name));

        Assert.True(columns.CanTell);
        Assert.Equal("b", columns.Find(a)!.Name);
        Assert.NotNull(columns.Difference(columns.Find(a)!, a, Column("a")));
    }

    [Fact]
    public void Find_MappingNamesEachColumnAsItIs_IsWhatTheTargetLooksFor()
    {
        Field a = A.WithMappedNames(["a", "old"]), b = B.WithMappedNames(["b"]);
        var columns = new FileColumns(File, new Schema([a, b], null), ColumnMatching.FieldId, Write(ColumnMatching.Name));

        Assert.Null(columns.Difference(columns.Find(a)!, a, Column("a")));
    }

    [Fact]
    public void Find_ColumnIsNotInTheMapping_IsMissing() =>
        Assert.Null(new FileColumns(File, new Schema([A, B.WithMappedNames(["b"])], null), ColumnMatching.FieldId, Write(ColumnMatching.Name)).Find(A));

    [Theory]
    [InlineData(ColumnMatching.Name, true)]
    [InlineData(ColumnMatching.FieldId, false)]
    [InlineData(ColumnMatching.WrittenFieldId, false)]
    public void CanTell_FileWithoutIdsAndNoMapping_OnlyByName(ColumnMatching bySource, bool expected) =>
        Assert.Equal(expected, new FileColumns(File, new Schema([A, B], null), bySource, Write(ColumnMatching.Name)).CanTell);

    /// <summary>
    /// Delta PROTOCOL.md, "Writer Requirements for Column Mapping": in mode id too, files are written "by using the physical name", and engines go by it.
    /// </summary>
    [Theory]
    [InlineData(ColumnMatching.Name, "x", 1, true)]
    [InlineData(ColumnMatching.Name, "x", 7, true)]
    [InlineData(ColumnMatching.Name, "a", 1, false)]
    [InlineData(ColumnMatching.WrittenFieldId, "x", 1, true)]
    [InlineData(ColumnMatching.WrittenFieldId, "a", 1, false)]
    [InlineData(ColumnMatching.WrittenFieldId, "x", 7, false)]
    [InlineData(ColumnMatching.WrittenFieldId, "x", null, false)]
    public void Difference_TargetMapsNames_PhysicalNamesAndInModeIdAlsoIdsAreItsOwn(ColumnMatching byTarget, string name, int? id, bool isSame)
    {
        Field source = Column("a").WithPhysicalName(name), target = Column("a").WithPhysicalName("x").WithFieldId(1);
        var file = new Schema([id is null ? Column(name) : Column(name).WithFieldId(id.Value), Column("other").WithFieldId(9)], null);
        var columns = new FileColumns(file, new Schema([source], null), ColumnMatching.Name, Write(byTarget));

        Assert.Equal(isSame, columns.Difference(columns.Find(source)!, source, target) is null);
    }

    /// <summary>Only columns and members of structs have ids in Delta; files may have more (IcebergCompatV2, "field_id" of elements).</summary>
    [Theory]
    [InlineData(ColumnMatching.WrittenFieldId, true)]
    [InlineData(ColumnMatching.FieldId, false)]
    public void Difference_ElementHasAnIdInTheFile_CountsInIcebergOnly(ColumnMatching byTarget, bool isSame)
    {
        Field list = List(Column("element")).WithFieldId(1);
        var columns = new FileColumns(new Schema([List(Column("item").WithFieldId(5)).WithFieldId(1)], null), new Schema([list], null), ColumnMatching.WrittenFieldId, Write(byTarget));

        Assert.Equal(isSame, columns.Difference(columns.Find(list)!, list, list) is null);
    }

    private static TableWrite Write(ColumnMatching matching) => new(File, [], [], [], []) { Matching = matching };

    private static Field List(Field element) => new("l", new ListType(element), nullable: true);

    private static Field Column(string name) => new(name, Int64Type.Default, nullable: true);
}
