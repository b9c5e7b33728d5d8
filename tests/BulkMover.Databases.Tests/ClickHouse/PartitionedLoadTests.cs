using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse;

/// <summary>How many parts a load makes, and where its rows go.</summary>
public sealed class PartitionedLoadTests(ClickHouseServerFixture server)
{
    private const int Months = 60;

    private static readonly Schema Days = new(
        [new Field("day", Date32Type.Default, nullable: false), new Field("v", Int64Type.Default, nullable: true)], null);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_DaysOfFiveYearsInAnyOrder_MakesOnePartForEachMonth()
    {
        using var target = new TargetFixture(server, await server.NewDatabaseAsync(Stopping))
        {
            Options = new ClickHouseTableOptions { PartitionBy = "toYYYYMM(day)", OrderBy = "day" },
        };
        (long rows, string parts) = await LoadAsync(target, RandomDays(target, batches: 20, rows: 5000));
        Assert.Equal(100_000, rows);
        Assert.Equal($"{Months}\t{Months}", parts);
    }

    [Fact]
    public async Task Load_LittleMayBeKeptBack_SendsTheLargestPartitionsFirst()
    {
        using var target = new TargetFixture(server, await server.NewDatabaseAsync(Stopping))
        {
            Options = new ClickHouseTableOptions { PartitionBy = "toYYYYMM(day)", OrderBy = "day" },
            Limits = new LoadLimits(Writers: 2, HeldBytes: 1_000_000),
        };
        // 90 % of the rows are of one month; only it has to go out early.
        var random = new Random(7);
        RecordBatch[] batches = [.. Enumerable.Range(0, 20).Select(_ => target.Batch(Days, [.. Enumerable.Range(0, 5000).Select(i =>
            new object?[] { random.Next(10) == 0 ? random.Next(17_532, 17_532 + (Months * 30)) : 17_532L + random.Next(28), (long)i })]))];
        (long rows, string parts) = await LoadAsync(target, batches);
        Assert.Equal(100_000, rows);
        string[] counts = parts.Split('\t');
        Assert.Equal("60", counts[0]);
        Assert.InRange(int.Parse(counts[1]), 60, 120);
    }

    [Fact]
    public async Task Load_KeyIsNotComputable_SaysSoAndLoadsAllPartitions()
    {
        using var target = new TargetFixture(server, await server.NewDatabaseAsync(Stopping))
        {
            Options = new ClickHouseTableOptions { PartitionBy = "cityHash64(day) % 150" },
        };
        TargetPlan plan = await target.PlanAsync("t", CopyMode.Create, Days);
        Assert.Contains(plan.Notes, note => note.Contains("cityHash64(day) % 150", StringComparison.Ordinal));
        (long rows, string parts) = await LoadAsync(target, RandomDays(target, batches: 10, rows: 5000));
        Assert.Equal(50_000, rows);
        // More than the server allows for one insert by default, and few parts for each.
        string[] counts = parts.Split('\t');
        Assert.Equal("150", counts[0]);
        Assert.InRange(int.Parse(counts[1]), 150, 300);
    }

    [Fact]
    public async Task Load_HundredsOfPartitionsInABatch_MakesNoMorePartsThanTheServerHasTo()
    {
        using var target = new TargetFixture(server, await server.NewDatabaseAsync(Stopping))
        {
            Options = new ClickHouseTableOptions { PartitionBy = "v % 400" },
        };
        (long rows, string parts) = await LoadAsync(target, RandomDays(target, batches: 5, rows: 4000));
        Assert.Equal(20_000, rows);
        // The null of v is a partition as well.
        Assert.Equal("401\t401", parts);
    }

    [Fact]
    public async Task Load_NoPartitions_StreamsManyBatchesIntoOnePartForEachWriter()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        (long rows, string parts) = await LoadAsync(target, RandomDays(target, batches: 50, rows: 2000));
        Assert.Equal(100_000, rows);
        Assert.Equal("1\t1", parts);
    }

    private static RecordBatch[] RandomDays(TargetFixture target, int batches, int rows)
    {
        var random = new Random(42);
        // 2018-01-01 is day 17532.
        return [.. Enumerable.Range(0, batches).Select(_ => target.Batch(Days, [.. Enumerable.Range(0, rows).Select(i =>
            new object?[] { (long)DayOf(random.Next(Months), random.Next(28)), random.Next(5) == 0 ? null : (long)i })]))];
    }

    private static int DayOf(int month, int day) => new DateOnly(2018, 1, 1).AddMonths(month).AddDays(day).DayNumber - new DateOnly(1970, 1, 1).DayNumber;

    /// <summary>Loads one batch after the other.</summary>
    /// <returns>Rows, and how many partitions and parts the staging table had before merges.</returns>
    private static async Task<(long Rows, string Parts)> LoadAsync(TargetFixture target, RecordBatch[] batches)
    {
        await target.CopyAsync("t", CopyMode.Create, batches);
        long rows = long.Parse(await target.QueryAsync("SELECT count() FROM {db}.t"));
        // Parts that merges have replaced meanwhile are still listed: those that inserts made have level 0.
        string parts = await target.QueryAsync("SELECT uniqExact(partition), count() FROM system.parts WHERE database = '{db}' AND table = 't' AND level = 0");
        return (rows, parts);
    }
}
