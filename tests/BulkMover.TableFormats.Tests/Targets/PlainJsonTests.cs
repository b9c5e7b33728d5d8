using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BulkMover.TableFormats.Targets;
using Xunit;

namespace BulkMover.TableFormats.Tests.Targets;

/// <summary>RFC 8259, section 7: "All Unicode characters may be placed within the quotation marks, except for the characters that MUST be escaped".</summary>
public sealed class PlainJsonTests
{
    public static TheoryData<int> Planes() => [.. Enumerable.Range(1, 16)];

    [Theory]
    [MemberData(nameof(Planes))]
    public void Write_AnyPlaneBeyondTheFirst_IsUtf8(int plane)
    {
        foreach (int scalar in (int[])[plane << 16, (plane << 16) + 0x0BB7, (plane << 16) + 0xFFFF])
            AssertIsPlain($"a\"{new Rune(scalar)}b", $"a\\\"{new Rune(scalar)}b");
    }

    [Theory]
    [InlineData("𠮷野家", "𠮷野家")]
    [InlineData("😀😀", "😀😀")]
    [InlineData("ä/%=<>&'+", "ä/%=<>&'+")]
    [InlineData("\"\\\n\u0001😀\t", "\\\"\\\\\\n\\u0001😀\\t")]
    public void Write_Text_EscapesOnlyWhatJsonMust(string text, string written) => AssertIsPlain(text, written);

    [Fact]
    public void Write_HalfACharacter_IsReplaced()
    {
        Assert.Equal("\"\uFFFD😀\"", Written(json => json.WriteStringValue("\uD842😀")));
        Assert.Equal("\"😀\uFFFD\"", Written(json => json.WriteStringValue("😀\uDFB7")));
    }

    private static void AssertIsPlain(string text, string written)
    {
        Assert.Equal($"\"{written}\"", Written(json => json.WriteStringValue(text)));
        Assert.Equal($"\"{written}\"", Written(json => json.WriteStringValue(Encoding.UTF8.GetBytes(text))));
        Assert.Equal($$"""{"{{written}}":1}""", Written(json =>
        {
            json.WriteStartObject();
            json.WriteNumber(JsonEncodedText.Encode(text, PlainJson.Writing.Encoder), 1);
            json.WriteEndObject();
        }));
        Assert.Equal($$"""{"{{written}}":"{{written}}"}""", new JsonObject { [text] = text }.ToJsonString(PlainJson.Nodes));
    }

    private static string Written(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, PlainJson.Writing))
            write(json);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
