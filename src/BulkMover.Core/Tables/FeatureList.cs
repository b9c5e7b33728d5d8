using System.Collections.Frozen;

namespace BulkMover.Core.Tables;

/// <summary>
/// What a format's specification has, each feature with its state and section, which stand nowhere else: the features of a table are looked
/// up here. A feature that is not read yet and lands changes its one line.
/// </summary>
/// <param name="format">As in <see cref="ITable.Format"/>.</param>
/// <param name="features">In the order in which they are shown; no two with the same name.</param>
public sealed class FeatureList(string format, IReadOnlyList<TableFeature> features)
{
    private readonly FrozenDictionary<string, TableFeature> byName = features.ToFrozenDictionary(feature => feature.Name, StringComparer.Ordinal);

    public string Format { get; } = format;

    public IReadOnlyList<TableFeature> Features { get; } = features;

    /// <summary>A feature that the specification has.</summary>
    public TableFeature this[string name] => byName[name];

    /// <summary>The feature that a table names; null when it is none of the specification.</summary>
    public TableFeature? Find(string name) => byName.GetValueOrDefault(name);
}
