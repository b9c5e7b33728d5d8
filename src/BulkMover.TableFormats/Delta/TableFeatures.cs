using BulkMover.Core.Tables;
using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.Delta.Schemas;

namespace BulkMover.TableFormats.Delta;

/// <summary>Finds in <see cref="DeltaFeatures"/> what a table uses (invariant 8).</summary>
internal static class TableFeatures
{
    private const int HighestReaderVersion = 3;

    /// <param name="protocol">Of the snapshot.</param>
    /// <param name="metadata">Of the snapshot.</param>
    /// <param name="schema">Of the snapshot.</param>
    public static IReadOnlyList<TableFeature> Of(TableProtocol protocol, TableMetadata metadata, DeltaSchema schema)
    {
        FeatureList all = DeltaFeatures.All;
        var features = new List<TableFeature>();
        if (protocol.MinReaderVersion > HighestReaderVersion)
            features.Add(all["minReaderVersion 4 and above"] with { Name = $"minReaderVersion {protocol.MinReaderVersion}" });
        if (!string.Equals(metadata.Format?.Provider ?? "parquet", "parquet", StringComparison.OrdinalIgnoreCase))
            features.Add(all["data files of another format"] with { Name = $"format {metadata.Format!.Provider}" });

        string[] required = protocol.MinReaderVersion == 2 ? ["columnMapping"] : [.. protocol.ReaderFeatures ?? []];
        features.AddRange(required.Distinct(StringComparer.Ordinal).Select(name => OfReader(name, protocol, metadata, schema)));
        features.AddRange(schema.UnreadableTypes);
        features.AddRange((protocol.WriterFeatures ?? []).Except(required, StringComparer.Ordinal).Select(OfWriter));
        return features;
    }

    /// <summary>The type of a column, which has no equal.</summary>
    public static TableFeature OfUnreadType(string name, string column)
    {
        TableFeature? listed = DeltaFeatures.All.Find($"type {name}");
        TableFeature feature = listed is { State: FeatureState.Refused } ? listed : DeltaFeatures.All["another type"];
        return feature with { Name = $"type {name}", Why = $"column '{column}' has it, and {feature.Why}" };
    }

    private static TableFeature OfReader(string name, TableProtocol protocol, TableMetadata metadata, DeltaSchema schema) => name switch
    {
        "columnMapping" => ColumnMapping.ModeOf(protocol, metadata) switch
        {
            ColumnMappingMode.None => DeltaFeatures.All["columnMapping in mode none"],
            ColumnMappingMode.Unknown => DeltaFeatures.All["columnMapping in another mode"]
                with { Name = $"columnMapping in mode '{ColumnMapping.ModeText(metadata)}'" },
            _ => DeltaFeatures.OfReaders[name],
        },
        "typeWidening" or "typeWidening-preview" when schema.UnsupportedChange is { } change =>
            DeltaFeatures.All["typeWidening with an unknown change"] with { Name = name, Why = change },
        _ => DeltaFeatures.OfReaders.Find(name) ?? DeltaFeatures.All["another reader feature"] with { Name = name },
    };

    private static TableFeature OfWriter(string name) =>
        DeltaFeatures.OfWriters.Find(name) ?? DeltaFeatures.All["another writer feature"] with { Name = name };
}
