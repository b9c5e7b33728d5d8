using System.Text.Json.Nodes;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.TableFormats.Iceberg;
using BulkMover.TableFormats.Iceberg.Catalogs;
using BulkMover.TableFormats.Iceberg.Writing;
using BulkMover.TableFormats.Targets;
using BulkMover.TableFormats.Tests.Iceberg.Catalogs;
using BulkMover.Testing.Catalogs;
using BulkMover.Testing.Stores;
using Xunit;
using static BulkMover.TableFormats.Tests.Iceberg.Writing.WriteTable;

namespace BulkMover.TableFormats.Tests.Iceberg.Writing;

/// <summary>Commits to tables of a REST catalog.</summary>
public sealed class CatalogCommitTests : IDisposable
{
    private static readonly Location Root = new("s3", "lake/ns/t");

    private readonly CatalogServer server = new();
    private readonly WritableMemoryStore store = new(new MemoryObjectStore());
    private readonly IcebergWriteOptions options = new() { Commits = new Retry { Attempts = 4, FirstWait = TimeSpan.FromMilliseconds(1) } };
    private readonly WriteTable requests = new();

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task Commit_NewTable_IsMadeWithItsRowsAtOnce()
    {
        await CommitAsync(CopyMode.Create, "one", File("a"));

        Assert.Equal(["a"], await FilesAsync());
        JsonNode metadata = JsonNode.Parse(server["ns.t"].Metadata)!;
        Assert.Equal(("s3://lake/ns/t", "the catalog", 3), ((string?)metadata["location"], (string?)metadata["properties"]!["owner"], (int)metadata["last-column-id"]!));
        Assert.Equal("staged id name at", $"staged {string.Join(' ', metadata["schemas"]![0]!["fields"]!.AsArray().Select(field => field!["name"]))}");
        Assert.DoesNotContain(store.Objects.Locations, location => location.Name.EndsWith(".json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Commit_AppendAndReplace_AreOneSnapshotEach()
    {
        await CommitAsync(CopyMode.Create, "one", File("a"));
        await CommitAsync(CopyMode.Append, "two", File("b"));
        Assert.Equal(["a", "b"], await FilesAsync());

        await CommitAsync(CopyMode.Replace, "three", File("c"));

        Assert.Equal(["c"], await FilesAsync());
        Assert.Equal(3, JsonNode.Parse(server["ns.t"].Metadata)!["snapshots"]!.AsArray().Count);
    }

    /// <summary>Iceberg spec, "Snapshot Row IDs": the catalog raises the next row id by what the snapshot says, and takes none that goes back.</summary>
    [Fact]
    public async Task Commit_TableOfVersion3_AnotherCommitSlipsIn_EachTakesItsRowIds()
    {
        await CommitAsync(CopyMode.Create, "zero", File("z", 1, 10));
        JsonObject upgraded = JsonNode.Parse(server["ns.t"].Metadata)!.AsObject();
        (upgraded["format-version"], upgraded["next-row-id"]) = (3, 0);
        server.Add(server["ns.t"] with { Metadata = upgraded.ToJsonString() });
        BeforeCommit(() => CommitAsync(CopyMode.Append, "other", File("b", 1, 20)));

        await CommitAsync(CopyMode.Append, "one", File("a", 1, 5));
        await CommitAsync(CopyMode.Replace, "two", File("c", 1, 3));

        Assert.Equal(["c"], await FilesAsync());
        JsonNode metadata = JsonNode.Parse(server["ns.t"].Metadata)!;
        Assert.Equal([(0L, 30L), (30L, 5L), (35L, 3L)], metadata["snapshots"]!.AsArray().Skip(1).Select(snapshot => ((long)snapshot!["first-row-id"]!, (long)snapshot["added-rows"]!)));
        Assert.Equal((38, 3), ((long)metadata["next-row-id"]!, (int)metadata["format-version"]!));
    }

    /// <summary>
    /// A commit to another branch raises what no requirement tells of; the snapshot that comes too late for it is invalid then (reference implementation,
    /// <c>TableMetadata.addSnapshot</c>: "Cannot add snapshot with sequence number …", "first-row-id is behind table next-row-id"), which catalogs answer with 400.
    /// </summary>
    [Theory]
    [InlineData("next-row-id", 20, true)]
    [InlineData("last-sequence-number", 9, true)]
    [InlineData("owner", 1, false)]
    public async Task Commit_RefusedForWhatNoRequirementTells_IsMadeOnWhatTheTableIsNow(string raised, int value, bool isTriedAgain)
    {
        await CommitAsync(CopyMode.Create, "zero", File("z", 1, 10));
        JsonObject upgraded = JsonNode.Parse(server["ns.t"].Metadata)!.AsObject();
        (upgraded["format-version"], upgraded["next-row-id"]) = (3, 0);
        server.Add(server["ns.t"] with { Metadata = upgraded.ToJsonString() });
        int commits = 0;
        server.Instead = request =>
        {
            if (!IsCommit(request) || commits++ > 0)
                return null;
            JsonObject other = JsonNode.Parse(server["ns.t"].Metadata)!.AsObject();
            other[raised] = value;
            server.Add(server["ns.t"] with { Metadata = other.ToJsonString() });
            return CatalogAnswer.Error(400, "ValidationException", "Cannot add snapshot");
        };

        Task commit = CommitAsync(CopyMode.Append, "one", File("a", 1, 5));

        if (!isTriedAgain)
        {
            Assert.Equal("catalog.refused", (await Assert.ThrowsAsync<InvalidInputException>(() => commit)).Code);
            Assert.Equal(1, commits);
            return;
        }

        await commit;
        JsonNode snapshot = JsonNode.Parse(server["ns.t"].Metadata)!["snapshots"]![1]!;
        Assert.Equal((2, raised == "next-row-id" ? 20 : 0, raised == "next-row-id" ? 2 : 10), (commits, (int)snapshot["first-row-id"]!, (int)snapshot["sequence-number"]!));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Commit_AnotherCommitSlipsIn_IsMadeOnIt(bool isNew)
    {
        if (!isNew)
            await CommitAsync(CopyMode.Create, "zero", File("z"));
        BeforeCommit(() => CommitAsync(CopyMode.Append, "other", File("b")));

        await CommitAsync(CopyMode.Append, "one", File("a"));

        Assert.Equal(isNew ? ["a", "b"] : ["a", "b", "z"], await FilesAsync());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Commit_AnswerIsLostAfterTheCommit_IsNotMadeTwice(int status)
    {
        int commits = 0;
        server.After = (request, answer) => IsCommit(request) && commits++ == 0 ? CatalogAnswer.Error(status, "CommitStateUnknownException", "Who knows") : answer;

        await CommitAsync(CopyMode.Append, "one", File("a"));

        Assert.Equal(["a"], await FilesAsync());
        Assert.Equal((1, 1), (commits, JsonNode.Parse(server["ns.t"].Metadata)!["snapshots"]!.AsArray().Count));
    }

    [Fact]
    public async Task Commit_FailedBeforeTheCommit_IsMadeAtTheNextTry()
    {
        int commits = 0;
        server.Instead = request => IsCommit(request) && commits++ == 0 ? CatalogAnswer.Error(500, "InternalServerError", "Not yet") : null;

        await CommitAsync(CopyMode.Append, "one", File("a"));

        Assert.Equal(["a"], await FilesAsync());
        Assert.Equal(2, commits);
    }

    [Fact]
    public async Task Commit_NobodyKnowsWhetherItHappened_SaysSo()
    {
        server.Instead = request => IsCommit(request) ? CatalogAnswer.Error(504, "GatewayTimeout", "Too late") : null;

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => CommitAsync(CopyMode.Append, "one", File("a")));

        Assert.Equal("iceberg.commit_unknown", error.Code);
    }

    [Fact]
    public async Task Commit_Refused_IsNotTriedAgain()
    {
        server.Instead = request => IsCommit(request) ? CatalogAnswer.Error(403, "ForbiddenException", "Not you") : null;

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => CommitAsync(CopyMode.Append, "one", File("a")));

        Assert.Equal("catalog.access_denied", error.Code);
        Assert.Single(server.Requests, IsCommit);
    }

    [Fact]
    public async Task Commit_TableThatWasThere_RequiresThatItIsAsItWas()
    {
        await CommitAsync(CopyMode.Create, "one", File("a"));

        await CommitAsync(CopyMode.Append, "two", File("b"));

        JsonNode body = JsonNode.Parse(server.Requests.Last(IsCommit).Body)!;
        Assert.Equal(
            ["assert-table-uuid", "assert-ref-snapshot-id", "assert-current-schema-id", "assert-last-assigned-field-id", "assert-default-spec-id"],
            body["requirements"]!.AsArray().Select(requirement => (string)requirement!["type"]!));
        Assert.Equal(["add-snapshot", "set-snapshot-ref"], body["updates"]!.AsArray().Select(update => (string)update!["action"]!));
    }

    [Fact]
    public async Task Open_CatalogIsReadOnly_IsRefused()
    {
        server.Endpoints = ["GET /v1/{prefix}/namespaces/{namespace}/tables/{table}"];

        var error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => OpenAsync());

        Assert.Equal("catalog.cannot_write_tables", error.Code);
    }

    [Fact]
    public async Task Open_NamespaceIsMissing_IsRefused()
    {
        server.Namespaces = [];

        Assert.Equal("catalog.namespace_missing", (await Assert.ThrowsAsync<InvalidInputException>(() => OpenAsync())).Code);
    }

    [Fact]
    public async Task Commit_CatalogChoosesAnotherPlaceForTheTable_IsMadeWhereItsFilesAre()
    {
        TargetRequest request = requests.Request(CopyMode.Create);
        TableWrite first = await (await OpenAsync()).PlanAsync(request, hasBegun: Task.FromResult(false), Stopping);
        server.Warehouse = "s3://elsewhere";
        IcebergTarget moved = await IcebergTarget.OfCatalogAsync(await server.OpenAsync(), CatalogTableName.Parse("ns.t")!, _ => store, options, address: null, Stopping);

        var error = await Assert.ThrowsAsync<TargetException>(() => moved.CommitAsync(Commit(request, first, 1, File("a")), Stopping));
        Assert.Equal("iceberg.table_changed", error.Code);

        IcebergTarget target = await OpenAsync(IcebergTarget.AddressIn(first.Settled));
        await target.CommitAsync(Commit(request, first, 1, File("a")), Stopping);
        Assert.Equal("s3://lake/ns/t", (string?)JsonNode.Parse(server["ns.t"].Metadata)!["location"]);
    }

    /// <summary>Without purge the files stay, and the ledger among them.</summary>
    [Fact]
    public async Task IsInForce_CatalogHasDroppedTheTableOrHasAnother_TheCommitIsNot()
    {
        await CommitAsync(CopyMode.Append, "one", File("a"));
        IcebergTarget target = await OpenAsync();
        TableVersion mark = (await target.FindCommitAsync(Transfer("one"), Stopping))!;
        var commit = new CompleteCommit(Transfer("one"), CopyMode.Append, 1, 1, mark, _ => throw new InvalidOperationException());
        Assert.Equal((JsonNode.Parse(server["ns.t"].Metadata)!["table-uuid"]!.GetValue<string>(), 1), (mark.Table, mark.Version));
        await CommitAsync(CopyMode.Append, "two", File("b"));
        Assert.True(await target.IsInForceAsync(commit with { Replacements = _ => Task.FromResult<IReadOnlyList<Replacement>>([]) }, Stopping));

        server.Drop("ns.t");
        Assert.False(await target.IsInForceAsync(commit, Stopping));

        await CommitAsync(CopyMode.Create, "three", File("c"));
        Assert.False(await target.IsInForceAsync(commit, Stopping));
    }

    private static bool IsCommit(CatalogRequest request) => request.Method == "POST" && request.Path.EndsWith("/t", StringComparison.Ordinal);

    private void BeforeCommit(Func<Task> other)
    {
        bool slipped = false;
        server.Before = async request =>
        {
            if (slipped || !IsCommit(request))
                return;
            slipped = true;
            await other();
        };
    }

    private async Task<IcebergTarget> OpenAsync(string? address = null) =>
        await IcebergTarget.OfCatalogAsync(await server.OpenAsync(), CatalogTableName.Parse("ns.t")!, Store, options, address, Stopping);

    private IWritableStore Store(CatalogTable table)
    {
        Assert.Equal(Root, table.Location);
        return store;
    }

    private async Task CommitAsync(CopyMode mode, string transfer, params WrittenFile[] files)
    {
        IcebergTarget target = await OpenAsync();
        TargetRequest request = requests.Request(mode, transfer);
        await target.CommitAsync(Commit(request, await target.PlanAsync(request, hasBegun: Task.FromResult(false), Stopping), 1, files), Stopping);
        Assert.Equal(1, await target.LastCommitAsync(request.Transfer, Stopping));
    }

    private async Task<IEnumerable<string>> FilesAsync()
    {
        IcebergTable table = IcebergTable.Open(store, await server.LoadAsync());
        ITableSnapshot snapshot = await table.OpenSnapshotAsync(null, Stopping);
        List<ScanTask> tasks = await snapshot.PlanAsync(new Scan(snapshot, null, null), Stopping).ToListAsync(Stopping);
        return tasks.Select(task => task.File.Name.Replace(".parquet", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
    }
}
