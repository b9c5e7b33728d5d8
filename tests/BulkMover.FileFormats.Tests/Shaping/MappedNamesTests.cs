using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Shaping;
using Xunit;

namespace BulkMover.FileFormats.Tests.Shaping;

/// <summary>Iceberg spec, "Column Projection": the rules for files without field ids.</summary>
public sealed class MappedNamesTests
{
    private static readonly Field Wanted = new Field("renamed", Int32Type.Default, nullable: true).WithFieldId(1);
    private static readonly Field[] File = [new("a", Int32Type.Default, nullable: true), new("renamed", Int32Type.Default, nullable: true)];

    [Fact]
    public void Find_NameIsMapped_TakesThatColumnAndNotTheOneOfTheTablesName() =>
        Assert.Equal(0, NewMatcher().Find(Wanted.WithMappedNames(["b", "a"]), [], File));

    [Fact]
    public void Find_NoneOfTheNamesInTheFile_IsMissing() => Assert.Null(NewMatcher().Find(Wanted.WithMappedNames(["b"]), [], File));

    [Fact]
    public void Find_FieldIsNotMapped_IsMissing() => Assert.Null(NewMatcher().Find(Wanted, [], File));

    private static FieldMatcher NewMatcher() => new(ColumnMatching.FieldId, "file") { UsesMappedNames = true };
}
