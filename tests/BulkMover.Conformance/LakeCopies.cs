using System.Text.Json.Nodes;
using BulkMover.Cli.Sources;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Transfers;
using BulkMover.ObjectStores.Local;
using BulkMover.ObjectStores.Requests;
using BulkMover.TableFormats.Comparisons;
using BulkMover.TableFormats.Targets;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>Copies of whole tables into tables of files on this disk, as the command makes them.</summary>
internal static class LakeCopies
{
    public static LakeTarget Open(string format, Location directory, IReadOnlyList<string>? partitionBy = null)
    {
        var store = new LocalObjectStore(directory);
        var options = new LakeOptions { PartitionBy = partitionBy };
        return format switch
        {
            "delta" => LakeTarget.OfDelta(format, store, directory, options),
            "iceberg" => LakeTarget.OfIceberg(format, store, directory, options),
            _ => LakeTarget.OfParquet(format, store, directory, options),
        };
    }

    /// <param name="source">Where the table is.</param>
    /// <param name="snapshot">What is read of it.</param>
    /// <param name="scan">All of that.</param>
    /// <param name="target">Gets it.</param>
    /// <param name="isAdopting">Files that fit are taken as they are.</param>
    /// <param name="mode">What happens with rows that are there.</param>
    public static async Task<CopyResult> RunAsync(
        Source source, ITableSnapshot snapshot, Scan scan, ITarget target, bool isAdopting, CopyMode mode = CopyMode.Create)
    {
        CancellationToken stopping = TestContext.Current.CancellationToken;
        var origin = new TransferOrigin("command", "selection", source.Name, snapshot.Id);
        var request = new TargetRequest(TransferId.Of($"{mode} {source.Name}"), origin, scan.OutputSchema, mode, [])
        {
            PartitionTerms = snapshot.PartitionTerms,
            PartitionNames = snapshot.PartitionNames,
            Adoption = isAdopting ? new Adoption(source.Store, snapshot.Matching, IsRequired: false) : null,
        };
        TargetPlan plan = await target.PlanAsync(request, stopping);
        var copy = new CopyTransfer(snapshot, scan, source.NewReader(snapshot, scan), target, plan, new MemoryBudget(MemoryBudget.DefaultBytes()), new CopyOptions());
        return await copy.RunAsync(stopping);
    }

    /// <summary>Upgrades a table of Iceberg to format version 3, as engines do ("Row Lineage for Upgraded Tables").</summary>
    /// <param name="directory">The table's, with one version in it.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task UpgradeAsync(string directory, CancellationToken cancellationToken)
    {
        JsonObject document = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(directory, "metadata", "v1.metadata.json"), cancellationToken))!.AsObject();
        (document["format-version"], document["next-row-id"]) = (3, 0);
        await File.WriteAllTextAsync(Path.Combine(directory, "metadata", "v2.metadata.json"), document.ToJsonString(), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "metadata", "version-hint.text"), "2", cancellationToken);
    }

    /// <summary>Reads both as <c>bulkmover verify</c> does.</summary>
    /// <param name="source">Where the table is.</param>
    /// <param name="snapshot">What is read of it.</param>
    /// <param name="scan">Which of its columns and rows.</param>
    /// <param name="to">The other table.</param>
    public static async Task<Comparison> CompareAsync(Source source, ITableSnapshot snapshot, Scan scan, string to)
    {
        CancellationToken stopping = TestContext.Current.CancellationToken;
        var known = scan.OutputSchema.FieldsList.ToDictionary(field => field.Name, field => field.DataType);
        Source target = await SourceOpener.OpenAsync(to, new RequestLimits(), known, stopping);
        ITableSnapshot there = await target.OpenReadableSnapshotAsync(selector: null, stopping);
        var comparison = new LakeComparison(source.Name, scan.OutputSchema, target.Name, there);
        await ReadAsync(source, snapshot, scan, comparison.Source);
        await ReadAsync(target, there, new Scan(there, comparison.Columns, where: null), comparison.Target);
        return comparison.Result;
    }

    private static async Task ReadAsync(Source source, ITableSnapshot snapshot, Scan scan, ITarget into)
    {
        CancellationToken stopping = TestContext.Current.CancellationToken;
        var request = new TargetRequest(TransferId.Of(source.Name), new TransferOrigin("", "", source.Name, snapshot.Id), scan.OutputSchema, CopyMode.Append, []);
        TargetPlan plan = await into.PlanAsync(request, stopping);
        await new CopyTransfer(snapshot, scan, source.NewReader(snapshot, scan), into, plan, new MemoryBudget(MemoryBudget.DefaultBytes()), new CopyOptions()).RunAsync(stopping);
    }
}
