using BulkMover.Core.Errors;

namespace BulkMover.Core.Tables;

/// <summary>Invariant 8: what a table uses and we cannot read is refused by name before a byte moves.</summary>
public static class FeatureGate
{
    /// <summary>Throws with the names of all refused features, so that one run tells everything.</summary>
    /// <exception cref="UnsupportedFeatureException">At least one feature is refused.</exception>
    public static void ThrowIfRefused(string format, string table, IEnumerable<TableFeature> features)
    {
        TableFeature[] refused = [.. features.Where(feature => feature.State == FeatureState.Refused)];
        if (refused.Length == 0)
            return;

        string reasons = string.Join("; ", refused.Select(f => f.Why is null ? $"{f.Name} ({f.Specification})" : $"{f.Name} ({f.Specification}): {f.Why}"));
        throw new UnsupportedFeatureException($"{format}.feature_unsupported",
            $"'{table}' uses what is not read yet, and its rows would be wrong: {reasons}. `bulkmover inspect` lists all its features.");
    }
}
