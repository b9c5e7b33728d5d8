using Apache.Arrow;
using BulkMover.Core.Tables;

namespace BulkMover.TableFormats.Delta.Schemas;

/// <summary>The table's schema as Arrow has it, and what in it is not read.</summary>
/// <param name="Arrow">All columns; one of <paramref name="UnreadableTypes"/> stands as the null type, so that it can be shown.</param>
/// <param name="UnreadableTypes">Refused features: one for each field whose type has no equal.</param>
/// <param name="UnsupportedChange">A change of a type that is no widening, in words; null when there is none.</param>
internal sealed record DeltaSchema(Schema Arrow, IReadOnlyList<TableFeature> UnreadableTypes, string? UnsupportedChange);
