using System.Text;
using System.Text.Json;

namespace BulkMover.TableFormats.Tests.Iceberg.Mutations;

/// <summary>Breaks a JSON document where a parser that only looks at bytes would not: values of other types and beyond all limits, names gone or twice.</summary>
internal sealed class JsonMutator
{
    private static readonly string[] Values =
    [
        "0", "-1", "1.5", "2147483648", "-9223372036854775808", "9223372036854775808", "1e400", "123456789012345678901234567890", "null", "true", "false",
        "\"\"", "\"text\"", "\"\\u0000\"", "\"\\ud800\"", "\"../../x\"", "\"s3://other/place\"", "\"decimal(99,-1)\"", "\"fixed[9999999999]\"", "\"bucket[0]\"",
        "\"list\"", "[]", "{}", "[null]", "[[]]", "{\"a\":{}}", "NaN", "",
    ];

    private readonly Mutator mutator;
    private readonly byte[] original;
    private readonly List<(int Start, int Length)> values = [];
    private readonly List<(int Start, int Length)> names = [];

    public JsonMutator(byte[] original, int seed)
    {
        (this.original, mutator) = (original, new Mutator(seed));
        var reader = new Utf8JsonReader(original);
        while (reader.Read())
        {
            (int Start, int Length) place = ((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
            if (reader.TokenType == JsonTokenType.PropertyName)
                names.Add((place.Start, reader.ValueSpan.Length + 2));
            else if (reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
                values.Add(reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject ? (place.Start, EndOf(reader) - place.Start) : place);
        }
    }

    public byte[] Mutate()
    {
        Random random = mutator.Random;
        (int Start, int Length) value = values[random.Next(values.Count)], otherValue = values[random.Next(values.Count)];
        (int Start, int Length) name = names[random.Next(names.Count)], otherName = names[random.Next(names.Count)];
        return random.Next(8) switch
        {
            0 or 1 or 2 => Replace(value, Encoding.UTF8.GetBytes(Values[random.Next(Values.Length)])),
            3 => Replace(value, original[otherValue.Start..(otherValue.Start + otherValue.Length)]),
            4 => Replace(name, original[otherName.Start..(otherName.Start + otherName.Length)]),
            5 => Replace(name, "\"other\""u8.ToArray()),
            6 => Replace(value, [.. Enumerable.Repeat((byte)'[', random.Next(1, 5_000)), .. Enumerable.Repeat((byte)']', random.Next(1, 5_000))]),
            _ => mutator.Mutate(original),
        };
    }

    private byte[] Replace((int Start, int Length) place, byte[] value) =>
        [.. original[..place.Start], .. value, .. original[Math.Min(place.Start + place.Length, original.Length)..]];

    private static int EndOf(Utf8JsonReader reader)
    {
        reader.Skip();
        return (int)reader.BytesConsumed;
    }
}
