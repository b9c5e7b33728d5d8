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
    public static IReadOnlyDictionary<TransferId, TableVersion> All(TableState state)
    {
        var last = new Dictionary<TransferId, (long Number, TableVersion Made)>();
        foreach (JsonObject snapshot in state.Snapshots)
        {
            if (snapshot["summary"] is not JsonObject summary || Text(summary, Transfer) is not { } id)
                continue;
            (TransferId transfer, long number) = (new TransferId(id), NumberOf(snapshot));
            if (!last.TryGetValue(transfer, out (long Number, TableVersion Made) before) || before.Number < number)
                last[transfer] = (number, MadeBy(state, snapshot));
        }

        return last.ToDictionary(its => its.Key, its => its.Value.Made);
    }

    private static TableVersion MadeBy(TableState state, JsonObject snapshot) => new(state.Id, (long?)snapshot["sequence-number"] ?? 0);

    private static IEnumerable<JsonObject> Snapshots(TableState state, TransferId transfer) =>
        state.Snapshots.Where(snapshot => snapshot["summary"] is JsonObject summary && Text(summary, Transfer) == transfer.Value);

    private static long NumberOf(JsonObject snapshot) =>
        long.TryParse(Text(snapshot["summary"]!.AsObject(), Number), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;

    private static string? Text(JsonObject summary, string name) => summary[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
