using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BulkMover.TableFormats.Targets;

/// <summary>
/// JSON as tables have it: text stands there in UTF-8. No page shows it, so that quotes need no six bytes; and nothing beyond U+FFFF is written as two escapes,
/// which the encoder below does: readers on arrow-rs put them together wrongly, and find U+10BB7 where U+20BB7 was.
/// </summary>
internal sealed class PlainJson : JavaScriptEncoder
{
    private static readonly PlainJson Encoder = new();

    private PlainJson()
    {
    }

    public static JsonWriterOptions Writing { get; } = new() { Encoder = Encoder };

    /// <summary>Of nodes, which are written as they stand.</summary>
    public static JsonSerializerOptions Nodes { get; } = new() { Encoder = Encoder };

    public override int MaxOutputCharactersPerInputCharacter => UnsafeRelaxedJsonEscaping.MaxOutputCharactersPerInputCharacter;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar <= char.MaxValue && UnsafeRelaxedJsonEscaping.WillEncode(unicodeScalar);

    /// <summary>Text is searched as fast as the encoder below does, which stops where there is none of UTF-8 too.</summary>
    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text)
    {
        for (int at = 0; UnsafeRelaxedJsonEscaping.FindFirstCharacterToEncodeUtf8(utf8Text[at..]) is >= 0 and var next;)
        {
            at += next;
            if (Rune.DecodeFromUtf8(utf8Text[at..], out Rune rune, out int bytes) != OperationStatus.Done || WillEncode(rune.Value))
                return at;
            at += bytes;
        }

        return -1;
    }

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        for (int at = 0; UnsafeRelaxedJsonEscaping.FindFirstCharacterToEncode(text + at, textLength - at) is >= 0 and var next;)
        {
            at += next;
            if (Rune.DecodeFromUtf16(new ReadOnlySpan<char>(text + at, textLength - at), out Rune rune, out int characters) != OperationStatus.Done || WillEncode(rune.Value))
                return at;
            at += characters;
        }

        return -1;
    }

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten) =>
        UnsafeRelaxedJsonEscaping.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);
}
