using System.Collections.Frozen;
using BulkMover.Conformance.Corpus;
using BulkMover.Core.Tables;
using BulkMover.Testing.Canon;

namespace BulkMover.Conformance.Reading;

/// <summary>How the answers of Parquet tables are printed; they are DuckDB's.</summary>
internal static class AnswerStyle
{
    public static CanonStyle Of(CorpusEntry entry, ITableSnapshot snapshot) => entry.Format != "parquet" ? new CanonStyle() : new CanonStyle
    {
        // It keeps instants in microseconds.
        InstantsInMicroseconds = true,
        // It shows the old TIMESTAMP_MILLIS and _MICROS as local time; they are instants (LogicalTypes.md, "TIMESTAMP").
        InstantsWithoutZone = entry.Features.Any(feature => feature.Contains("/ct:TIMESTAMP_", StringComparison.Ordinal)),
        IntervalsAsText = entry.Features.Contains("type:FLBA/ct:INTERVAL"),
        // It was told not to infer the types of values in paths, as we do.
        TextColumns = snapshot.PartitionColumns.ToFrozenSet(StringComparer.Ordinal),
    };
}
