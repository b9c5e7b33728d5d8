namespace BulkMover.Core.Tables;

/// <summary>What we do with a feature that a table uses.</summary>
public enum FeatureState
{
    /// <summary>It is read as its specification says.</summary>
    Read,

    /// <summary>It changes no row that is read.</summary>
    Harmless,

    /// <summary>It would change rows and is not read: the table is refused (invariant 8).</summary>
    Refused,
}
