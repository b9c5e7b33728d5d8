using Apache.Arrow;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;

namespace BulkMover.FileFormats.Tests;

/// <summary>A table of which only the schema matters: the tests hand in the files themselves.</summary>
internal sealed record TestSnapshot(Schema Schema, ColumnMatching Matching) : ITableSnapshot
{
    public string Id => "test";

    public IReadOnlyList<SortField> SortOrder => [];

    public IReadOnlyList<string> PartitionColumns => [];

    public IReadOnlyList<TableFeature> Features => [];

    public IReadOnlyList<string> Notes => [];

    public IAsyncEnumerable<ScanTask> PlanAsync(Scan scan, CancellationToken cancellationToken) => AsyncEnumerable.Empty<ScanTask>();
}
