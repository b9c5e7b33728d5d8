using System.Text;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Conformance.Corpus;
using BulkMover.Core.Types;
using BulkMover.Testing.Canon;

namespace BulkMover.Conformance.Reading;

/// <summary>
/// Answers of tables with variants, which are compared by what the JSON means. The engines that answered have them as JSON in the row, with
/// decimals and dates as strings, or as text of DuckDB in a string.
/// </summary>
internal static class VariantAnswer
{
    public static bool Concerns(Schema schema) => schema.FieldsList.Any(Concerns);

    public static CanonRows Read(CorpusEntry entry, Schema schema)
    {
        var rows = new CanonRows();
        foreach (string line in entry.Expected!.ReadAnswer()!.Lines().Select(line => Exceptions.LinesBySpecification.GetValueOrDefault((entry.Name, line), line)))
        {
            using JsonDocument row = JsonDocument.Parse(line);
            rows.Add(Struct(row.RootElement, schema.FieldsList));
        }

        return rows;
    }

    private static bool Concerns(Field field) => field.IsVariant() || field.DataType switch
    {
        StructType type => type.Fields.Any(Concerns),
        ListType type => Concerns(type.ValueField),
        MapType type => Concerns(type.ValueField),
        _ => false,
    };

    private static string Value(JsonElement value, Field field) => (value.ValueKind, field.DataType) switch
    {
        (JsonValueKind.Null, _) => "null",
        (JsonValueKind.String, _) when field.IsVariant() => DuckDbVariant.ToJson(value.GetString()!),
        _ when field.IsVariant() => CanonJson.Print(value),
        (_, StructType type) => Struct(value, type.Fields),
        (_, ListType type) => List(value.EnumerateArray().Select(element => Value(element, type.ValueField))),
        (_, MapType type) => List(value.EnumerateArray().Select(pair => List([Value(pair[0], type.KeyField), Value(pair[1], type.ValueField)]))),
        _ => value.GetRawText(),
    };

    private static string Struct(JsonElement value, IReadOnlyList<Field> fields)
    {
        var line = new StringBuilder("{");
        foreach (JsonProperty property in value.EnumerateObject())
        {
            line.Append(line.Length > 1 ? "," : "");
            CanonJson.WriteString(property.Name, line);
            line.Append(':').Append(Value(property.Value, fields.Single(field => field.Name == property.Name)));
        }

        return line.Append('}').ToString();
    }

    private static string List(IEnumerable<string> values) => $"[{string.Join(',', values)}]";
}
