using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Shaping;
using Xunit;

namespace BulkMover.FileFormats.Tests.Shaping;

/// <summary>Iceberg spec, "Column Projection": the rules for files without field ids.</summary>
public sealed class FieldIdentityTests
{
    private static readonly Schema File = new([Column("a"), Column("b")], null);

    [Fact]
    public void Find_NameIsMapped_TakesThatColumnAndNotTheOneOfTheTablesName()
    {
        Assert.Equal(0, Find(File, Column("b", id: 1).WithMappedNames(["x", "a"])));
        Assert.Null(Find(File, Column("b", id: 1).WithMappedNames(["x"])));
    }

    [Fact]
    public void Find_OtherColumnsAreMapped_IsMissing() =>
        Assert.Null(Find(File, Column("a", id: 1), Column("b", id: 2).WithMappedNames(["b"])));

    [Fact]
    public void Find_FileHasIds_IgnoresTheMapping() =>
        Assert.Equal(1, Find(new Schema([Column("a", id: 7), Column("x", id: 1)], null), Column("b", id: 1).WithMappedNames(["a"])));

    [Fact]
    public void Find_NoMappingAndPlacesAgreeWithNames_TakesThePlaceForTheId()
    {
        Assert.Equal(1, Find(File, Column("B", id: 2), Column("a", id: 1)));
        Assert.Null(Find(File, Column("added", id: 3), Column("a", id: 1)));
    }

    [Fact]
    public void Find_NoMappingAndPlacesDisagreeWithNames_IsRefused()
    {
        foreach (Field wanted in new[] { Column("b", id: 1), Column("renamed", id: 2), Column("b", id: 9) })
            Assert.Equal("file.field_ids_missing", Assert.Throws<UnsupportedFeatureException>(() => Find(File, wanted)).Code);
    }

    [Fact]
    public void Find_NoMappingAndNestedColumn_IsRefused()
    {
        var nested = new Field("a", new StructType([Column("x")]), nullable: true);

        Assert.Throws<UnsupportedFeatureException>(() => Find(new Schema([nested], null), nested.WithFieldId(1)));
    }

    /// <summary>What tells deleted rows is found as it is when the file is decoded: beside the table's columns, which have the mapping.</summary>
    [Fact]
    public void OfKeys_OnlyTheTablesColumnsAreMapped_KeyIsMissing()
    {
        ScanTask task = new(new Location("s3", "bucket/file"), 1, 1, ScanTask.NoConstants, ConstantsWin: false) { Deletes = new KeyIs(Column("b", id: 2), 1) };

        var shape = BatchShape.OfKeys(task, [Column("a", id: 1).WithMappedNames(["a"])], ColumnMatching.FieldId, File, File, decode: null);

        Assert.Null(Assert.Single(shape.Columns).FileColumn);
    }

    private static int? Find(Schema file, params Field[] wanted)
    {
        (Schema known, FieldMatcher matcher) = FieldIdentity.Of(ColumnMatching.FieldId, wanted, file, "file");
        return matcher.Find(wanted[0], wanted, known.FieldsList);
    }

    private static Field Column(string name) => new(name, Int32Type.Default, nullable: true);

    private static Field Column(string name, int id) => Column(name).WithFieldId(id);
}
