namespace BulkMover.TableFormats.Tests.Delta.Model;

/// <summary>What a version of the table is, by the model's word.</summary>
/// <param name="Columns">Its columns, in order.</param>
/// <param name="Rows">Its rows by column id.</param>
/// <param name="Live">Its files, for checkpoints.</param>
/// <param name="Actions">What its commit says.</param>
/// <param name="Protocol">The protocol action in force.</param>
/// <param name="Metadata">The metaData action in force.</param>
internal sealed record ModelVersion(
    IReadOnlyList<ModelColumn> Columns, IReadOnlyList<Dictionary<int, object?>> Rows, IReadOnlyList<ModelAdd> Live, IReadOnlyList<ModelAction> Actions,
    ModelAction Protocol, ModelAction Metadata);
