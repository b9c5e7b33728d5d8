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
        var columns = new FileColumns(File, new Schema([a, b], null), ColumnMatching.FieldId, ColumnMatching.Name);

        Assert.True(columns.CanTell);
        Assert.Equal("b", columns.Find(a)!.Name);
        Assert.NotNull(columns.Difference(columns.Find(a)!, a, Column("a")));
    }

    [Fact]
    public void Find_MappingNamesEachColumnAsItIs_IsWhatTheTargetLooksFor()
    {
        Field a = A.WithMappedNames(["a", "old"]), b = B.WithMappedNames(["b"]);
        var columns = new FileColumns(File, new Schema([a, b], null), ColumnMatching.FieldId, ColumnMatching.Name);

        Assert.Null(columns.Difference(columns.Find(a)!, a, Column("a")));
    }

    [Fact]
    public void Find_ColumnIsNotInTheMapping_IsMissing() =>
        Assert.Null(new FileColumns(File, new Schema([A, B.WithMappedNames(["b"])], null), ColumnMatching.FieldId, ColumnMatching.Name).Find(A));

    [Theory]
    [InlineData(ColumnMatching.Name, true)]
    [InlineData(ColumnMatching.FieldId, false)]
    [InlineData(ColumnMatching.WrittenFieldId, false)]
    public void CanTell_FileWithoutIdsAndNoMapping_OnlyByName(ColumnMatching bySource, bool expected) =>
        Assert.Equal(expected, new FileColumns(File, new Schema([A, B], null), bySource, ColumnMatching.Name).CanTell);

    private static Field Column(string name) => new(name, Int64Type.Default, nullable: true);
}
