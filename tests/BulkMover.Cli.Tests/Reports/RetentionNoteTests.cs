using Apache.Arrow;
using BulkMover.Cli.Reports;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using Xunit;

namespace BulkMover.Cli.Tests.Reports;

public sealed class RetentionNoteTests
{
    /// <summary>50 MB/s for a day.</summary>
    private const long BytesOfADay = 50_000_000L * 86_400;

    private static readonly DateTimeOffset Now = new(2026, 1, 10, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(2, null, "2.0 days", "for 1.0 days once a newer one has replaced it")]
    [InlineData(1, 18, "1.0 days", "for 6.0 hours more")]
    [InlineData(1, 100, "1.0 days", "for 0.0 hours more")]
    public void Note_TheCopyTakesLonger_SaysHowLongBothAre(int days, int? hoursSince, string estimate, string left)
    {
        string note = RetentionNote.Of(new Snapshot(OneDay(hoursSince)), days * BytesOfADay, Now)!;

        foreach (string words in (string[])[estimate, left, "snapshot 17", "some.property", "50.0 MB/s"])
            Assert.Contains(words, note, StringComparison.Ordinal);
    }

    [Fact]
    public void Note_ThereIsTimeEnough_IsNone() => Assert.Null(RetentionNote.Of(new Snapshot(OneDay(hoursSince: 2)), BytesOfADay / 2, Now));

    [Fact]
    public void Note_NothingIsEverDeleted_IsNone() => Assert.Null(RetentionNote.Of(new Snapshot(null), long.MaxValue, Now));

    private static SnapshotRetention OneDay(int? hoursSince) =>
        new("some.property", TimeSpan.FromDays(1), hoursSince is null ? null : Now.AddHours(-hoursSince.Value));

    private sealed class Snapshot(SnapshotRetention? retention) : ITableSnapshot, IExpiringSnapshot
    {
        public string Id => "17";

        public Schema Schema { get; } = new([], null);

        public ColumnMatching Matching => ColumnMatching.Name;

        public IReadOnlyList<SortField> SortOrder => [];

        public IReadOnlyList<string> PartitionColumns => [];

        public IReadOnlyList<TableFeature> Features => [];

        public IReadOnlyList<string> Notes => [];

        public SnapshotRetention? Retention => retention;

        public IAsyncEnumerable<ScanTask> PlanAsync(Scan scan, CancellationToken cancellationToken) => AsyncEnumerable.Empty<ScanTask>();
    }
}
