using System.Text.Json;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Delta;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>
/// A second reading of log text, as plain as can be: what the lines say the files are, or nothing where they are no actions. It does not look
/// for contradictions; it only knows what may not be made up or left out.
/// </summary>
internal static class NaiveReplay
{
    /// <param name="table">The table's root.</param>
    /// <param name="texts">Log files in UTF-8, newest first.</param>
    /// <returns>Live files with their sizes; null where a line cannot be understood.</returns>
    public static HashSet<(string File, long Bytes)>? Files(Location table, params byte[][] texts)
    {
        try
        {
            var known = new HashSet<string>();
            var live = new HashSet<(string File, long Bytes)>();
            foreach (byte[] text in texts)
            {
                foreach (byte[] line in Lines(text))
                {
                    using JsonDocument document = JsonDocument.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = true });
                    if (Member(document.RootElement, "remove") is { } remove)
                        known.Add(Key(table, remove));
                    if (Member(document.RootElement, "add") is { } add && known.Add(Key(table, add)))
                        live.Add((DeltaPath.Resolve(table, add.GetProperty("path").GetString()).ToString(), add.GetProperty("size").GetInt64()));
                }
            }

            return live;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or Core.Errors.CorruptTableException)
        {
            return null;
        }
    }

    private static string Key(Location table, JsonElement action)
    {
        string path = DeltaPath.Resolve(table, action.GetProperty("path").GetString()).ToString();
        return Member(action, "deletionVector") is not { } vector
            ? path
            : $"{path}\n{Member(vector, "storageType")?.GetString()}{Member(vector, "pathOrInlineDv")?.GetString()}@{Member(vector, "offset")?.GetInt64()}";
    }

    /// <summary>Null for one that is missing or null; a name that is there twice says two things.</summary>
    private static JsonElement? Member(JsonElement parent, string name)
    {
        JsonElement[] found = [.. parent.EnumerateObject().Where(member => member.NameEquals(name)).Select(member => member.Value)];
        return found.Length > 1
            ? throw new JsonException($"'{name}' is there twice.")
            : found is [{ ValueKind: not JsonValueKind.Null } value] ? value : null;
    }

    private static IEnumerable<byte[]> Lines(byte[] text)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = Array.IndexOf(text, (byte)'\n', start);
            byte[] line = text[start..(end < 0 ? text.Length : end)];
            start += line.Length + 1;
            if (line.Any(character => character is not ((byte)' ' or (byte)'\t' or (byte)'\r')))
                yield return line;
        }
    }
}
