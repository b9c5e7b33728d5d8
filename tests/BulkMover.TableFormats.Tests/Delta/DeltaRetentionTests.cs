using BulkMover.Core.Tables;
using BulkMover.TableFormats.Delta;
using Xunit;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>How long a version is kept (Delta Lake, "Table properties": data files 1 week by default, the log 30 days).</summary>
public sealed class DeltaRetentionTests : IDisposable
{
    private readonly DeltaFolder table = new();

    public void Dispose() => table.Dispose();

    [Theory]
    [InlineData(null, null, "delta.deletedFileRetentionDuration", 7 * 24)]
    [InlineData("interval 2 days", null, "delta.deletedFileRetentionDuration", 48)]
    [InlineData(null, "interval 36 hours", "delta.logRetentionDuration", 36)]
    [InlineData("interval 90 days", null, "delta.logRetentionDuration", 30 * 24)]
    [InlineData("soon", null, "delta.deletedFileRetentionDuration", 7 * 24)]
    public async Task Retention_OfTheLatestVersion_IsTheShorterOfTheTwo(string? files, string? log, string property, int hours)
    {
        table.Commit(0, DeltaFolder.Protocol, MetadataWith(files, log));

        Assert.Equal(new SnapshotRetention(property, TimeSpan.FromHours(hours), null), await RetentionAsync("0"));
    }

    [Fact]
    public async Task Retention_OfAVersionThatWasReplaced_CountsFromTheNextCommit()
    {
        var replacedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        table.Commit(0, DeltaFolder.Protocol, DeltaFolder.Metadata());
        table.Commit(1, DeltaFolder.Add("a"));
        table.Commit(2, DeltaFolder.Add("b"));
        File.SetLastWriteTimeUtc(table.LogPath($"{1:D20}.json"), replacedAt.UtcDateTime);

        SnapshotRetention retention = (await RetentionAsync("0"))!;

        Assert.Equal(replacedAt, retention.Since);
        Assert.Equal(TimeSpan.FromDays(4), retention.LeftAt(replacedAt.AddDays(3)));
        Assert.Equal(TimeSpan.Zero, retention.LeftAt(replacedAt.AddDays(8)));
    }

    [Theory]
    [InlineData("interval 1 week", 7 * 86_400)]
    [InlineData("INTERVAL 7 days 12 hours", 7.5 * 86_400)]
    [InlineData("interval 90 minutes 5 seconds", 5405)]
    [InlineData("3 hours", 10_800)]
    [InlineData("interval 1500 milliseconds", 1.5)]
    public void Parse_Interval_IsItsLength(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), DeltaRetention.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("interval")]
    [InlineData("interval 1 month")]
    [InlineData("interval one week")]
    [InlineData("interval 1 week 3")]
    [InlineData("interval -1 days")]
    [InlineData("interval 9223372036854775807 weeks")]
    public void Parse_NoLength_IsNull(string text) => Assert.Null(DeltaRetention.Parse(text));

    private static string MetadataWith(string? files, string? log)
    {
        var configuration = new Dictionary<string, string>();
        if (files is not null)
            configuration["delta.deletedFileRetentionDuration"] = files;
        if (log is not null)
            configuration["delta.logRetentionDuration"] = log;
        return DeltaFolder.Metadata(DeltaFolder.Schema(("id", "long")), configuration: configuration);
    }

    private async Task<SnapshotRetention?> RetentionAsync(string version) => ((IExpiringSnapshot)await table.SnapshotAsync(version)).Retention;
}
