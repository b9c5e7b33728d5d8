using System.Text.Json;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Delta.Schemas;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>
/// What a table asks of its writers (PROTOCOL.md, "Requirements for Writers", "Valid Feature Names in Table Features"). What is asked and not done is refused by
/// name before a byte moves (invariant 8).
/// </summary>
/// <param name="version">The table.</param>
/// <param name="request">What is to be written.</param>
internal sealed class WriterRequirements(LatestVersion version, TargetRequest request)
{
    private const long HighestWriterVersion = 7;

    /// <summary>They ask nothing of a writer that only adds whole files with statistics, and removes whole files.</summary>
    private static readonly HashSet<string> Met =
        ["changeDataFeed", TableProtocols.DeletionVectors, TableProtocols.TimestampNtz, "v2Checkpoint", "vacuumProtocolCheck", "domainMetadata", "typeWidening", "typeWidening-preview"];

    /// <param name="table">For the message.</param>
    /// <exception cref="UnsupportedFeatureException">Something is asked that is not done.</exception>
    public void ThrowUnlessMet(Location table)
    {
        string[] reasons = [.. Unmet()];
        if (reasons.Length > 0)
        {
            throw new UnsupportedFeatureException("delta.feature_not_written",
                $"'{table}' asks of its writers what is not done here: {string.Join("; ", reasons)}. Write to it with the engine that it is from, or copy into another table.");
        }
    }

    private IEnumerable<string> Unmet()
    {
        if (version.Protocol.MinWriterVersion is not (>= 1 and <= HighestWriterVersion))
            yield return $"minWriterVersion {version.Protocol.MinWriterVersion?.ToString() ?? "that is missing"}: versions 1 to {HighestWriterVersion} are known";
        foreach (string feature in version.WriterFeatures)
        {
            if (!Met.Contains(feature) && ReasonAgainst(feature) is { } reason)
                yield return $"{feature}: {reason}";
        }
    }

    /// <summary>Null when the feature is allowed and not used, or nothing is done that it forbids.</summary>
    private string? ReasonAgainst(string feature) => feature switch
    {
        "appendOnly" => request.Mode == CopyMode.Replace && version.IsSet("delta.appendOnly", "true") ? "delta.appendOnly is true, so that no rows may be replaced" : null,
        "invariants" => ColumnsWith("delta.invariants"),
        "generatedColumns" => ColumnsWith("delta.generationExpression"),
        "identityColumns" => ColumnsWith("delta.identity."),
        "checkConstraints" => version.Metadata.Configuration?.Keys.FirstOrDefault(key => key.StartsWith("delta.constraints.", StringComparison.Ordinal)) is { } constraint
            ? $"the property '{constraint}' says what every row must be" : null,
        "allowColumnDefaults" => request.Mode != CopyMode.Replace ? ColumnsWith("CURRENT_DEFAULT", except: request.Schema.FieldsList.Select(field => field.Name)) : null,
        ColumnMapping.Feature => ReasonAgainstMapping(),
        // Without the last commit it is not known which time has to be exceeded.
        "inCommitTimestamp" => version.Commit is null && version.IsSet("delta.enableInCommitTimestamps", "true") ? "the last commit, whose time counts, is not in the log any more" : null,
        _ => "it is not written yet",
    };

    private string? ReasonAgainstMapping()
    {
        string? mode = version.Property(ColumnMapping.ModeProperty);
        if (mode is null || version.IsSet(ColumnMapping.ModeProperty, "none"))
            return null;
        if (version.Mapping is not (ColumnMappingMode.Name or ColumnMappingMode.Id))
            return $"columns have other names in files, in mode '{mode}'{(version.Mapping == ColumnMappingMode.None ? ", which the protocol does not ask of readers" : "")}";
        return version.Schema.Arrow.FieldsList.SelectMany(RowTypes.Named).FirstOrDefault(field => field.FieldId() is null) is { } column
            ? $"'{column.Name}' has no {ColumnMapping.IdKey} of its own" : null;
    }

    private string? ColumnsWith(string key, IEnumerable<string>? except = null)
    {
        using JsonDocument schema = JsonDocument.Parse(version.Metadata.SchemaString!);
        string[] columns = [.. Find(schema.RootElement, key).Distinct(StringComparer.Ordinal).Except(except ?? [], StringComparer.Ordinal)];
        return columns.Length == 0 ? null : $"column{(columns.Length == 1 ? "" : "s")} {string.Join(", ", columns.Select(name => $"'{name}'"))} {(columns.Length == 1 ? "has" : "have")} it";
    }

    /// <summary>Names of fields whose metadata has a key that begins like that, at all levels.</summary>
    private static IEnumerable<string> Find(JsonElement element, string key)
    {
        if (element.ValueKind == JsonValueKind.Array)
            return element.EnumerateArray().SelectMany(item => Find(item, key));
        if (element.ValueKind != JsonValueKind.Object)
            return [];
        bool hasKey = element.TryGetProperty("metadata", out JsonElement metadata) && metadata.ValueKind == JsonValueKind.Object
            && metadata.EnumerateObject().Any(property => property.Name.StartsWith(key, StringComparison.Ordinal));
        IEnumerable<string> below = element.EnumerateObject().Where(property => property.Name != "metadata").SelectMany(property => Find(property.Value, key));
        return hasKey && element.TryGetProperty("name", out JsonElement name) ? below.Prepend(name.GetString() ?? "") : below;
    }
}
