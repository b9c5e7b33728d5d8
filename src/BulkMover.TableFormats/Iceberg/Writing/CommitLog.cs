using System.Globalization;
using System.Text.Json.Nodes;
using BulkMover.Core.Targets;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>The commits of transfers, as the summaries of a table's snapshots tell of them: what makes a commit repeat without effect (invariant 3).</summary>
internal static class CommitLog
{
    private const string Transfer = "bulkmover.transfer-id", Number = "bulkmover.commit", Source = "bulkmover.source", SourceSnapshot = "bulkmover.source-snapshot";

    public static void Mark(JsonObject summary, TableCommit commit)
    {
        summary[Transfer] = commit.Request.Transfer.Value;
        summary[Number] = commit.Number.ToString(CultureInfo.InvariantCulture);
        // For people: whose history the rows have had before.
        summary[Source] = commit.Request.Origin.Source;
        summary[SourceSnapshot] = commit.Request.Origin.Snapshot;
    }

    /// <summary>Numbers of the transfer's commits, of all snapshots that the table keeps.</summary>
    public static IEnumerable<long> Numbers(TableState state, TransferId transfer) => Snapshots(state, transfer).Select(NumberOf);

    /// <summary>The snapshot of the transfer's last commit; null when the table keeps none.</summary>
    public static TableVersion? Find(TableState state, TransferId transfer) =>
        Snapshots(state, transfer).MaxBy(NumberOf) is { } last ? MadeBy(state, last) : null;

    /// <summary>As <see cref="Find"/>, of all transfers.</summary>
    public static IReadOnlyDictionary<TransferId, TableVersion> All(TableState state) => state.Snapshots.Where(snapshot => TransferOf(snapshot) is not null)
        .GroupBy(snapshot => new TransferId(TransferOf(snapshot)!)).ToDictionary(its => its.Key, its => MadeBy(state, its.MaxBy(NumberOf)!));

    private static TableVersion MadeBy(TableState state, JsonObject snapshot) => new(state.Id, TableState.NumberOf(snapshot));

    private static IEnumerable<JsonObject> Snapshots(TableState state, TransferId transfer) => state.Snapshots.Where(snapshot => TransferOf(snapshot) == transfer.Value);

    private static string? TransferOf(JsonObject snapshot) => snapshot["summary"] is JsonObject summary ? Text(summary, Transfer) : null;

    private static long NumberOf(JsonObject snapshot) =>
        long.TryParse(Text(snapshot["summary"]!.AsObject(), Number), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;

    private static string? Text(JsonObject summary, string name) => summary[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
