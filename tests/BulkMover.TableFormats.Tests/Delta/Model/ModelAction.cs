namespace BulkMover.TableFormats.Tests.Delta.Model;

/// <summary>A line of the log.</summary>
/// <param name="Key">Actions of one key reconcile with each other; null for one that compactions leave out.</param>
/// <param name="Json">The line.</param>
internal sealed record ModelAction(string? Key, string Json);
