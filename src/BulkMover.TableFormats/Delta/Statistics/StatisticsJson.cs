using System.Text.Json;
using Apache.Arrow;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Partitions;

namespace BulkMover.TableFormats.Delta.Statistics;

/// <summary>Statistics as JSON text in an add action.</summary>
internal static class StatisticsJson
{
    /// <summary>
    /// Statistics only help to skip work, so text that is no JSON (some writers leave a bare NaN in it) counts as no statistics: the rows
    /// are the same without.
    /// </summary>
    /// <param name="json">The text in UTF-8.</param>
    /// <param name="columns">Top-level columns whose statistics are wanted.</param>
    public static FileStatistics Parse(ReadOnlySpan<byte> json, IReadOnlyList<Field> columns)
    {
        try
        {
            if (columns.Count == 0)
                return FileStatistics.OfRows(ReadRows(json));

            using JsonDocument document = JsonDocument.Parse(json.ToArray());
            JsonElement stats = document.RootElement;
            long? rows = Number(Property(stats, "numRecords"));
            bool isTight = Property(stats, "tightBounds")?.ValueKind != JsonValueKind.False;
            JsonElement? min = Property(stats, "minValues"), max = Property(stats, "maxValues"), nulls = Property(stats, "nullCount");
            return FileStatistics.Of(rows, isTight, columns, column =>
                (Value(min, column), Value(max, column), Number(Property(nulls, column.PhysicalName()))));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return FileStatistics.Unknown;
        }
    }

    /// <summary>The row count alone, without the rest: it stands first as a rule.</summary>
    private static long? ReadRows(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isRows = reader.ValueTextEquals("numRecords"u8);
            reader.Read();
            if (isRows)
                return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long rows) ? rows : null;
            reader.Skip();
        }

        return null;
    }

    private static JsonElement? Property(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out JsonElement value) ? value : null;

    private static long? Number(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out long value) ? value : null;

    private static Scalar? Value(JsonElement? values, Field column) => Property(values, column.PhysicalName()) switch
    {
        { ValueKind: JsonValueKind.String } text => PartitionValue.Parse(text.GetString()!, column.DataType),
        { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } plain =>
            PartitionValue.Parse(plain.GetRawText(), column.DataType),
        _ => null,
    };
}
