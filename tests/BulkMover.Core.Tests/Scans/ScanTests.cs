using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using Xunit;

namespace BulkMover.Core.Tests.Scans;

/// <summary>Rows that were read of a file count for another snapshot only where its columns are found and filled in the same way there.</summary>
public sealed class ScanTests
{
    private static readonly Field Id = new Field("id", Int64Type.Default, nullable: false).WithFieldId(1);
    private static readonly Field Place = new Field("place", new StructType([new Field("x", DoubleType.Default, nullable: true).WithFieldId(3)]), nullable: true).WithFieldId(2);

    [Fact]
    public void Reading_OfAnEqualSchema_IsTheSame() =>
        Assert.Equal(Reading([Id, Place]), Reading([new Field("id", Int64Type.Default, nullable: false).WithFieldId(1), Place]));

    public static TheoryData<string> Changes => [.. Changed.Keys];

    private static Dictionary<string, Field[]> Changed { get; } = new(StringComparer.Ordinal)
    {
        ["dropped and added again"] = [Id.WithFieldId(9), Place],
        ["a member dropped and added again"] = [Id, new Field("place", new StructType([new Field("x", DoubleType.Default, nullable: true).WithFieldId(9)]), nullable: true).WithFieldId(2)],
        ["with a default"] = [Id.WithInitialDefault(5L), Place],
        ["with another default"] = [Id.WithInitialDefault(6L), Place],
        ["with another physical name"] = [Id.WithPhysicalName("col-1"), Place],
        ["of another type"] = [new Field("id", Int32Type.Default, nullable: false).WithFieldId(1), Place],
        ["that may be null"] = [new Field("id", Int64Type.Default, nullable: true).WithFieldId(1), Place],
        ["in another order"] = [Place, Id],
        ["less"] = [Id],
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Reading_OfColumns_IsAnother(string how) =>
        Assert.DoesNotContain(Reading(Changed[how]), Changed.Where(change => change.Key != how).Select(change => Reading(change.Value)).Append(Reading([Id, Place])));

    [Fact]
    public void Reading_ColumnsAreFoundOtherwise_IsAnother() => Assert.NotEqual(Reading([Id]), Reading([Id], ColumnMatching.Name));

    private static UInt128 Reading(Field[] fields, ColumnMatching matching = ColumnMatching.FieldId) => new Scan(new Snapshot(new Schema(fields, null), matching), null, null).Reading;

    private sealed class Snapshot(Schema schema, ColumnMatching matching) : ITableSnapshot
    {
        public string Id => "1";

        public Schema Schema => schema;

        public ColumnMatching Matching => matching;

        public IReadOnlyList<SortField> SortOrder => [];

        public IReadOnlyList<string> PartitionColumns => [];

        public IReadOnlyList<TableFeature> Features => [];

        public IReadOnlyList<string> Notes => [];

        public IAsyncEnumerable<ScanTask> PlanAsync(Scan scan, CancellationToken cancellationToken) => AsyncEnumerable.Empty<ScanTask>();
    }
}
