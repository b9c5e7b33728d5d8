using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Digests;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Digests;

/// <summary>What was copied is compared with what somebody has made of it since.</summary>
public sealed class ComparisonTests(ClickHouseServerFixture server)
{
    private const int Chunks = 4;
    private const int ChunkRows = 100;

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CopyMode.Create)]
    [InlineData(CopyMode.Append)]
    [InlineData(CopyMode.Replace)]
    public async Task Compare_NobodyTouchedIt_IsEqual(CopyMode mode)
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        Comparison comparison = await ChangeAndCompareAsync(fixture, mode, "SELECT 1");
        Assert.True(comparison.IsEqual);
        Assert.Equal(Chunks * ChunkRows, comparison.Target.Rows);
        Assert.Equal(["id", "name"], comparison.Columns);
    }

    [Theory]
    [InlineData("ALTER TABLE {db}.t UPDATE name = 'other' WHERE id = 250 SETTINGS mutations_sync = 1", "chunk 2", 0, "name")]
    [InlineData("ALTER TABLE {db}.t UPDATE name = NULL WHERE id = 250 SETTINGS mutations_sync = 1", "chunk 2", 0, "name")]
    [InlineData("ALTER TABLE {db}.t UPDATE id = -250 WHERE id = 250 SETTINGS mutations_sync = 1", "chunk 2", 0, "id")]
    [InlineData("ALTER TABLE {db}.t DELETE WHERE id = 17 SETTINGS mutations_sync = 1", "chunk 0", -1, "id,name")]
    [InlineData("DELETE FROM {db}.t WHERE id = 17", "chunk 0", -1, "id,name")]
    [InlineData("INSERT INTO {db}.t SELECT * FROM {db}.t WHERE id = 350", "rows that came later", 1, "id,name")]
    // Each column has the values that it had: only the hash of whole rows shows it.
    [InlineData("ALTER TABLE {db}.t UPDATE name = if(id = 110, 'n112', 'n110') WHERE id IN (110, 112) SETTINGS mutations_sync = 1", "chunk 1", 0, "")]
    public async Task Compare_SomebodyChangedARow_NamesChunkAndColumns(string change, string place, int rows, string columns)
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        Comparison comparison = await ChangeAndCompareAsync(fixture, CopyMode.Create, change);
        Difference difference = Assert.Single(comparison.Differences);
        Assert.Equal(place, difference.Place);
        Assert.All(difference.Tasks, tasks => Assert.Equal(TestLoad.Tasks, tasks.ToArray()));
        Assert.Equal(rows, difference.Target.Rows - difference.Source.Rows);
        Assert.Equal(columns, string.Join(',', comparison.Columns.Where((_, i) => difference.Source.Columns[i] != difference.Target.Columns[i])));
        Assert.NotEqual(difference.Source.RowHash, difference.Target.RowHash);
    }

    [Fact]
    public async Task Compare_ChunksWereMerged_AreNamedTogether()
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        Comparison comparison = await ChangeAndCompareAsync(
            fixture, CopyMode.Create, "OPTIMIZE TABLE {db}.t FINAL", "ALTER TABLE {db}.t DELETE WHERE id = 17 SETTINGS mutations_sync = 1",
            "INSERT INTO {db}.t (id) VALUES (1000), (1001)");
        Assert.Equal(["all chunks: -1", "rows that came later: 2"], comparison.Differences.Select(difference => $"{difference.Place}: {difference.Target.Rows - difference.Source.Rows}"));
    }

    [Fact]
    public async Task Compare_CopiesOneAfterAnother_TakesThemTogether()
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        TransferId first = await CopyAsync(fixture, CopyMode.Create);
        TransferId second = await CopyAsync(fixture, CopyMode.Append);
        Assert.True((await CompareAsync(fixture, first))!.IsEqual);
        Assert.Equal(2 * Chunks * ChunkRows, (await CompareAsync(fixture, second))!.Target.Rows);

        await fixture.QueryAsync("ALTER TABLE {db}.t UPDATE name = 'x' WHERE id = 250 AND _part IN (SELECT _part FROM {db}.t WHERE id = 250 ORDER BY _part DESC LIMIT 1) SETTINGS mutations_sync = 1, validate_mutation_query = 0");
        Assert.False((await CompareAsync(fixture, second))!.IsEqual);
    }

    [Fact]
    public async Task Compare_TableHadOtherRows_IsRefused()
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        await fixture.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String)) ENGINE = MergeTree ORDER BY id");
        await fixture.QueryAsync("INSERT INTO {db}.t VALUES (1, 'mine')");
        TransferId transfer = await CopyAsync(fixture, CopyMode.Append);
        Assert.Equal("clickhouse.rows_of_others", (await Assert.ThrowsAsync<TargetException>(() => CompareAsync(fixture, transfer))).Code);
    }

    [Fact]
    public async Task Compare_TableWasEmptiedBetweenTwoCopies_TakesTheLaterOnly()
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        TransferId first = await CopyAsync(fixture, CopyMode.Create);
        await fixture.QueryAsync("TRUNCATE TABLE {db}.t");
        TransferId second = await CopyAsync(fixture, CopyMode.Create);
        Assert.True((await CompareAsync(fixture, second))!.IsEqual);
        Assert.Null(await CompareAsync(fixture, first));
    }

    [Fact]
    public async Task Compare_ColumnsAreCalledAsInTheQuery_AreToldFromIt()
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        var schema = new Schema([.. new[] { "part", "row", "n0", "h0", "text", "hash_range", "v0" }.Select(name => new Field(name, Int64Type.Default, nullable: true))], null);
        RecordBatch Batch() => fixture.Batch(schema, [.. Enumerable.Range(0, 10).Select(i => Enumerable.Range(0, 7).Select(column => (object?)(long)(i * column)).ToArray())]);
        TargetRequest request = TargetFixture.Request(CopyMode.Create, schema) with { Verify = true };
        await using ClickHouseTarget target = fixture.Open("t");
        await using (TestLoad load = await TestLoad.BeginAsync(target, await target.PlanAsync(request, Stopping), fixture.Limits, Stopping))
        {
            await load.SendAsync(Batch());
            await load.ArriveAsync();
            await load.CommitAsync(10);
        }

        Assert.True((await target.CompareAsync(request.Transfer, Stopping))!.IsEqual);
        await fixture.QueryAsync("ALTER TABLE {db}.t UPDATE row = -1 WHERE part = 0 AND h0 = 6 SETTINGS mutations_sync = 1");
        RowSearch search = target.NewRowSearch(new HashSet<string> { "row" }, 10);
        foreach (ITarget reading in (ITarget[])[search.Ranges, search.Rows])
        {
            await using ITargetLoad load = await reading.BeginAsync(await reading.PlanAsync(TargetFixture.Request(CopyMode.Append, schema), Stopping), fixture.Limits, Stopping);
            await using IChunkLoad chunk = await load.BeginChunkAsync(0, Stopping);
            foreach (IEncodedBlock block in load.Encode(Batch()))
                await chunk.SendAsync(block, 0, Stopping);
            await load.CommitAsync(10, Stopping);
        }

        Assert.Equal(2, search.Found.Count);
    }

    [Fact]
    public async Task Compare_TableThatLosesRowsByItself_IsRefused()
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        await fixture.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String)) ENGINE = ReplacingMergeTree ORDER BY id");
        TransferId transfer = await CopyAsync(fixture, CopyMode.Append);
        Assert.Equal("clickhouse.rows_not_kept", (await Assert.ThrowsAsync<TargetException>(() => CompareAsync(fixture, transfer))).Code);
    }

    [Fact]
    public async Task Compare_TableWasReplaced_IsNotRemembered()
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        TransferId transfer = await CopyAsync(fixture, CopyMode.Create);
        await CopyAsync(fixture, CopyMode.Replace);
        Assert.Null(await CompareAsync(fixture, transfer));
    }

    [Theory]
    [InlineData("id Int64, name LowCardinality(Nullable(String))", true)]
    [InlineData("id Int128, name Nullable(String)", true)]
    [InlineData("id Int128, name Nullable(String)", false)]
    [InlineData("id Nullable(Int64), name Nullable(String)", true)]
    public async Task Compare_ColumnsOfOtherTypes_ComparesWhatWasSent(string columns, bool isEqual)
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        await fixture.QueryAsync($"CREATE TABLE {{db}}.t ({columns}) ENGINE = MergeTree ORDER BY ()");
        TransferId transfer = await CopyAsync(fixture, CopyMode.Append);
        // Cut to 64 bits it would be the number that was sent.
        if (!isEqual)
            await fixture.QueryAsync("ALTER TABLE {db}.t UPDATE id = id + bitShiftLeft(toInt128(1), 64) WHERE id = 5 SETTINGS mutations_sync = 1");
        Assert.Equal(isEqual, (await CompareAsync(fixture, transfer))!.IsEqual);
    }

    [Theory]
    [InlineData(CopyMode.Create)]
    [InlineData(CopyMode.Append)]
    [InlineData(CopyMode.Replace)]
    public async Task Commit_AskedToVerify_LetsNobodySeeRowsThatDiffer(CopyMode mode)
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        await fixture.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String)) ENGINE = MergeTree ORDER BY id");
        if (mode != CopyMode.Create)
            await fixture.QueryAsync("INSERT INTO {db}.t VALUES (1, 'mine')");
        string before = await fixture.QueryAsync("SELECT * FROM {db}.t");

        await using ClickHouseTarget target = fixture.Open("t");
        TargetPlan plan = await target.PlanAsync(TargetFixture.Request(mode) with { Verify = true }, Stopping);
        await using TestLoad load = await SendAsync(fixture, target, plan);
        string staging = await fixture.QueryAsync("SELECT name FROM system.tables WHERE database = '{db}' AND match(name, '^t__bulkmover_[0-9a-f]+_e1$')");
        await fixture.QueryAsync($"ALTER TABLE {{db}}.{staging} UPDATE name = 'other' WHERE id = 250 SETTINGS mutations_sync = 1");
        RowsDifferException error = await Assert.ThrowsAsync<RowsDifferException>(() => load.CommitAsync(Chunks * ChunkRows));
        Assert.Equal("chunk 2", Assert.Single(error.Comparison.Differences).Place);
        Assert.Equal(RowsDifferException.DifferentExitCode, error.ExitCode);
        Assert.Equal(before, await fixture.QueryAsync("SELECT * FROM {db}.t"));
    }

    [Theory]
    [InlineData("t", "", true)]
    [InlineData("t", "ALTER TABLE {db}.t DELETE WHERE id = 17 SETTINGS mutations_sync = 1", false)]
    [InlineData("parted", "", true)]
    [InlineData("parted", "ALTER TABLE {db}.parted UPDATE name = 'other' WHERE id = 250 SETTINGS mutations_sync = 1", false)]
    public async Task Compare_LoadedBySomebodyElse_ReadsBothSides(string table, string change, bool isEqual)
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        await fixture.QueryAsync($"CREATE TABLE {{db}}.{table} (id Int64, name Nullable(String)) ENGINE = MergeTree {(table == "parted" ? "PARTITION BY intDiv(id, 100)" : "")} ORDER BY id");
        await fixture.QueryAsync($"INSERT INTO {{db}}.{table} SELECT number, if(number % 3 = 0, NULL, 'n' || toString(number)) FROM numbers({Chunks * ChunkRows})");
        if (change.Length > 0)
            await fixture.QueryAsync(change);

        await using ClickHouseTarget target = fixture.Open(table);
        SourceComparison comparison = target.NewComparison();
        await ReadAsync(fixture, comparison.Reading);

        Assert.Equal(isEqual, comparison.Result!.IsEqual);
        if (!isEqual)
            Assert.Equal(table == "parted" ? "partition 2" : "the table", Assert.Single(comparison.Result.Differences).Place);
    }

    [Theory]
    [InlineData("ALTER TABLE {db}.t UPDATE name = 'other' WHERE id = 250 SETTINGS mutations_sync = 1", """
        source 2 1 {"id":250,"name":"n250"}
        target  1 {"id":250,"name":"other"}
        """)]
    [InlineData("ALTER TABLE {db}.t DELETE WHERE id = 17 SETTINGS mutations_sync = 1", """source 0 1 {"id":17,"name":"n17"}""")]
    [InlineData("INSERT INTO {db}.t SELECT * FROM {db}.t WHERE id IN (350, 351)", """
        target  1 {"id":350,"name":"n350"}
        target  1 {"id":351,"name":null}
        """)]
    [InlineData("INSERT INTO {db}.t SELECT 7, 'x' FROM numbers(3)", """target  3 {"id":7,"name":"x"}""")]
    [InlineData("SELECT 1", "")]
    public async Task FindRows_SomebodyChangedSome_ShowsThem(string change, string expected)
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        await CopyAsync(fixture, CopyMode.Create);
        await fixture.QueryAsync(change);

        await using ClickHouseTarget target = fixture.Open("t");
        RowSearch search = target.NewRowSearch(new HashSet<string>(), 10);
        await ReadAsync(fixture, search.Ranges);
        await ReadAsync(fixture, search.Rows);
        Assert.Equal(
            expected, string.Join('\n', search.Found.Select(row => $"{(row.IsOfSource ? "source" : "target")} {row.ScanTask} {row.Times} {row.Row}")));
    }

    [Theory]
    [InlineData("ALTER TABLE {db}.t UPDATE name = 'other' WHERE 1 SETTINGS mutations_sync = 1", 6, true, true)]
    [InlineData("TRUNCATE TABLE {db}.t", 6, true, false)]
    [InlineData("INSERT INTO {db}.t SELECT number + 1000, 'x' FROM numbers(1000)", 6, false, true)]
    public async Task FindRows_AllDiffer_ShowsAsManyAsWereAskedFor(string change, int most, bool someOfSource, bool someOfTarget)
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        await CopyAsync(fixture, CopyMode.Create);
        await fixture.QueryAsync(change);

        await using ClickHouseTarget target = fixture.Open("t");
        RowSearch search = target.NewRowSearch(new HashSet<string>(), most);
        await ReadAsync(fixture, search.Ranges);
        await ReadAsync(fixture, search.Rows);
        Assert.Equal(most, search.Found.Count);
        Assert.Equal((someOfSource, someOfTarget), (search.Found.Any(row => row.IsOfSource), search.Found.Any(row => !row.IsOfSource)));
    }

    /// <summary>The fixture looks for batches that nobody has disposed.</summary>
    [Fact]
    public async Task FindRows_ReadingFailsHalfway_GivesEachBatchBack()
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        await CopyAsync(fixture, CopyMode.Create);
        await fixture.QueryAsync("TRUNCATE TABLE {db}.t");
        await using ClickHouseTarget target = fixture.Open("t");
        RowSearch search = target.NewRowSearch(new HashSet<string>(), 10);
        await ReadAsync(fixture, search.Ranges);

        await using ITargetLoad load = await search.Rows.BeginAsync(
            await search.Rows.PlanAsync(TargetFixture.Request(CopyMode.Append), Stopping), fixture.Limits, Stopping);
        await using IChunkLoad chunk = await load.BeginChunkAsync(0, Stopping);
        await chunk.SendAsync(load.Encode(fixture.Rows(0, ChunkRows)).Single(), 0, Stopping);
        load.Encode(fixture.Rows(ChunkRows, ChunkRows)).Single().Dispose();
        RecordBatch broken = fixture.Batch(new Schema([TargetFixture.Simple.FieldsList[0]], null), [[1L]]);
        Assert.ThrowsAny<Exception>(() => load.Encode(broken).ToList());
        Assert.Empty(search.Found);
    }

    /// <summary>A copy of all rows into a target, as the engine drives it.</summary>
    private static async Task ReadAsync(TargetFixture fixture, ITarget into)
    {
        TargetPlan plan = await into.PlanAsync(TargetFixture.Request(CopyMode.Append), Stopping);
        await using ITargetLoad load = await into.BeginAsync(plan, fixture.Limits, Stopping);
        for (int number = 0; number < Chunks; number++)
        {
            await using IChunkLoad chunk = await load.BeginChunkAsync(number, Stopping);
            foreach (IEncodedBlock block in load.Encode(fixture.Rows(number * ChunkRows, ChunkRows)))
                await chunk.SendAsync(block, 0, Stopping);
        }

        Assert.Equal(Chunks * ChunkRows, await load.CommitAsync(Chunks * ChunkRows, Stopping));
    }

    private static async Task<Comparison> ChangeAndCompareAsync(TargetFixture fixture, CopyMode mode, params string[] changes)
    {
        TransferId transfer = await CopyAsync(fixture, mode);
        foreach (string change in changes)
            await fixture.QueryAsync(change);
        return (await CompareAsync(fixture, transfer))!;
    }

    private static async Task<Comparison?> CompareAsync(TargetFixture fixture, TransferId transfer)
    {
        await using ClickHouseTarget target = fixture.Open("t");
        return await target.CompareAsync(transfer, Stopping);
    }

    private static async Task<TransferId> CopyAsync(TargetFixture fixture, CopyMode mode)
    {
        await using ClickHouseTarget target = fixture.Open("t");
        TargetPlan plan = await target.PlanAsync(TargetFixture.Request(mode) with { Verify = true }, Stopping);
        await using TestLoad load = await SendAsync(fixture, target, plan);
        await load.CommitAsync(Chunks * ChunkRows);
        return plan.Request.Transfer;
    }

    private static async Task<TestLoad> SendAsync(TargetFixture fixture, ClickHouseTarget target, TargetPlan plan)
    {
        TestLoad load = await TestLoad.BeginAsync(target, plan, fixture.Limits, Stopping);
        for (int chunk = 0; chunk < Chunks; chunk++)
        {
            await load.SendAsync(fixture.Rows(chunk * ChunkRows, ChunkRows));
            await load.ArriveAsync();
        }

        return load;
    }
}
