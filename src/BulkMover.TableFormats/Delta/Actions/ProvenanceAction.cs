using System.Text.Json;

namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>The part of a log line that says when and how a version came to be (PROTOCOL.md, "Commit Provenance Information").</summary>
internal sealed record ProvenanceAction
{
    /// <summary>Any JSON: nothing in it has a fixed type but <c>inCommitTimestamp</c>.</summary>
    public JsonElement? CommitInfo { get; init; }

    public string? Operation => Text("operation");

    /// <summary>When the version was committed, where the table keeps that.</summary>
    public DateTimeOffset? InCommitTimestamp => Time("inCommitTimestamp");

    /// <summary>The writer's clock, which the protocol does not speak of.</summary>
    public DateTimeOffset? Timestamp => Time("timestamp");

    private string? Text(string name) =>
        CommitInfo is { ValueKind: JsonValueKind.Object } info && info.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private DateTimeOffset? Time(string name) =>
        CommitInfo is { ValueKind: JsonValueKind.Object } info && info.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long milliseconds)
            ? Instants.FromMilliseconds(milliseconds)
            : null;
}
