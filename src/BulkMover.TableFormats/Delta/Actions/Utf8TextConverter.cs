using System.Text.Json;
using System.Text.Json.Serialization;

namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>Keeps a JSON string as its UTF-8 bytes: statistics are half of a log, and mostly only looked at.</summary>
internal sealed class Utf8TextConverter : JsonConverter<byte[]>
{
    private const int OnStackBytes = 4096;

    public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("Statistics are not a string.");
        // Unescaped text is never longer than escaped.
        int longest = reader.ValueSpan.Length;
        Span<byte> text = longest <= OnStackBytes ? stackalloc byte[OnStackBytes] : new byte[longest];
        return text[..reader.CopyString(text)].ToArray();
    }

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
