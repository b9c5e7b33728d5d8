namespace BulkMover.Core.Tables;

/// <summary>Something a table uses that not every reader can read.</summary>
/// <param name="Name">The specification's word for it: <c>position deletes</c>, <c>columnMapping</c>.</param>
/// <param name="State">Whether it is read.</param>
/// <param name="Specification">Document and section.</param>
/// <param name="Why">For one that is not read: why that is harmless, or what would go wrong, and the next step.</param>
public sealed record TableFeature(string Name, FeatureState State, string Specification, string? Why = null);
