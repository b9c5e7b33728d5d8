using BulkMover.FileFormats.Avro;

namespace BulkMover.TableFormats.Iceberg.Manifests;

/// <summary>Reads from a file's statistics maps what belongs to some columns; the other columns cost no memory.</summary>
/// <param name="columns">Field ids, in the order of the result.</param>
internal sealed class MetricsReader(IReadOnlyList<int> columns)
{
    private const string NoMap = "a map of statistics is not a list of keys and values";

    private readonly Dictionary<int, int> places = columns.Select((id, place) => (id, place)).ToDictionary(pair => pair.id, pair => pair.place);

    public ColumnMetrics[] NewResult() => columns.Count == 0 ? [] : new ColumnMetrics[columns.Count];

    /// <summary>Field 110.</summary>
    public void ReadNullCounts(ref AvroDecoder decoder, AvroType map, ColumnMetrics[] result) =>
        Read(ref decoder, map, result, static (ref AvroDecoder decoder, AvroType type, ref ColumnMetrics metrics) =>
            metrics = metrics with { NullCount = decoder.ReadLong(type) is { } count and >= 0 ? count : null });

    /// <summary>Field 125.</summary>
    public void ReadLowerBounds(ref AvroDecoder decoder, AvroType map, ColumnMetrics[] result) =>
        Read(ref decoder, map, result, static (ref AvroDecoder decoder, AvroType type, ref ColumnMetrics metrics) =>
            metrics = metrics with { LowerBound = decoder.TryReadBytes(type, out ReadOnlySpan<byte> bound) ? bound.ToArray() : null });

    /// <summary>Field 128.</summary>
    public void ReadUpperBounds(ref AvroDecoder decoder, AvroType map, ColumnMetrics[] result) =>
        Read(ref decoder, map, result, static (ref AvroDecoder decoder, AvroType type, ref ColumnMetrics metrics) =>
            metrics = metrics with { UpperBound = decoder.TryReadBytes(type, out ReadOnlySpan<byte> bound) ? bound.ToArray() : null });

    private delegate void ReadValue(ref AvroDecoder decoder, AvroType type, ref ColumnMetrics metrics);

    /// <summary>Maps with whole-number keys are arrays of records of a key and a value (Iceberg spec, Appendix A, "Avro").</summary>
    private void Read(ref AvroDecoder decoder, AvroType map, ColumnMetrics[] result, ReadValue readValue)
    {
        if (result.Length == 0)
        {
            decoder.Skip(map);
            return;
        }

        AvroType list = decoder.ReadBranch(map);
        if (list.Kind == AvroKind.Null)
            return;
        if (list is not { Kind: AvroKind.Array, Items: { } items })
            throw decoder.Corrupt(NoMap);

        for (long count = decoder.ReadItemCount(list); count > 0; count = decoder.ReadItemCount(list))
        {
            for (long item = 0; item < count; item++)
            {
                // BigQuery makes the entries optional.
                AvroType entry = decoder.ReadBranch(items);
                if (entry.Kind == AvroKind.Null)
                    continue;
                if (entry is not { Kind: AvroKind.Record, Fields.Length: 2 })
                    throw decoder.Corrupt(NoMap);
                if (decoder.ReadInt(entry.Fields[0].Type) is { } id && places.TryGetValue(id, out int place))
                    readValue(ref decoder, entry.Fields[1].Type, ref result[place]);
                else
                    decoder.Skip(entry.Fields[1].Type);
            }
        }
    }
}
