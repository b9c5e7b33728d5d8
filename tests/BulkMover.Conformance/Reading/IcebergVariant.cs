using System.Globalization;
using System.Text;
using BulkMover.Testing.Canon;

namespace BulkMover.Conformance.Reading;

/// <summary>
/// How Iceberg's classes show a variant, <c>VariantObject(fields={a: Variant(type=INT32, value=34)})</c>, to JSON as our readers define it.
/// </summary>
internal sealed class IcebergVariant
{
    private readonly string text;
    private readonly StringBuilder json = new();
    private int at;

    private IcebergVariant(string text) => this.text = text;

    public static string ToJson(string text)
    {
        var variant = new IcebergVariant(text);
        variant.Whole();
        return variant.json.ToString();
    }

    /// <summary>Of <c>[null, Variant(…), …]</c>.</summary>
    public static string[] ListToJson(string text)
    {
        var variants = new List<string>();
        var list = new IcebergVariant(text);
        list.Items('[', ']', () =>
        {
            list.json.Clear();
            if (list.Skips("null"))
                list.json.Append("null");
            else
                list.Whole();
            variants.Add(list.json.ToString());
        });
        return [.. variants];
    }

    private void Whole()
    {
        Expect("Variant(metadata=VariantMetadata(dict={");
        Until("}), value=");
        Value();
        Expect(")");
    }

    private void Value()
    {
        if (Skips("VariantArray("))
        {
            json.Append('[');
            Items('[', ']', Value);
            json.Append(']');
            Expect(")");
        }
        else if (Skips("VariantObject(fields="))
        {
            json.Append('{');
            Items('{', '}', () =>
            {
                CanonJson.WriteString(Until(": "), json);
                json.Append(':');
                Value();
            });
            json.Append('}');
            Expect(")");
        }
        else
        {
            Expect("Variant(type=");
            string type = Until(", value=");
            json.Append(Primitive(type, Until(")")));
        }
    }

    private void Items(char opening, char closing, Action item)
    {
        Expect(opening.ToString());
        for (bool isFirst = true; text[at] != closing; isFirst = false)
        {
            if (!isFirst)
                Expect(", ");
            if (!isFirst && json.Length > 0)
                json.Append(',');
            item();
        }

        at++;
    }

    private static string Primitive(string type, string value)
    {
        switch (type)
        {
            case "NULL" or "BOOLEAN_TRUE" or "BOOLEAN_FALSE":
                return value;
            case "FLOAT":
                return CanonJson.Number(((double)float.Parse(value, CultureInfo.InvariantCulture)).ToString("R", CultureInfo.InvariantCulture));
            case "DOUBLE" or "INT8" or "INT16" or "INT32" or "INT64" or "DECIMAL4" or "DECIMAL8" or "DECIMAL16":
                return CanonJson.Number(value);
        }

        var line = new StringBuilder();
        CanonJson.WriteString(type switch
        {
            "BINARY" => Convert.ToBase64String(Convert.FromHexString(value)),
            "TIMESTAMPTZ" or "TIMESTAMPTZ_NANOS" => value.Replace("+00:00", "Z", StringComparison.Ordinal),
            _ => value,
        }, line);
        return line.ToString();
    }

    private bool Skips(string word)
    {
        bool found = text.AsSpan(at).StartsWith(word);
        at += found ? word.Length : 0;
        return found;
    }

    private void Expect(string word)
    {
        if (!Skips(word))
            throw new FormatException($"'{word}' is missing at {at} of '{text}'.");
    }

    private string Until(string end)
    {
        int found = text.IndexOf(end, at, StringComparison.Ordinal);
        string before = text[at..found];
        at = found + end.Length;
        return before;
    }
}
