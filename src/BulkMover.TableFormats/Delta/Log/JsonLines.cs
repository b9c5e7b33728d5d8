using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// Reads newline-delimited JSON, one action a line (PROTOCOL.md, "Delta Log Entries"), holding no more than a line and a read-ahead.
/// </summary>
internal static class JsonLines
{
    private const int ReadBytes = 1 << 20;

    /// <exception cref="CorruptTableException">The file is missing, or a line is not the JSON of an action.</exception>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        IObjectStore store, StoredObject file, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        await using IRangeReader reader = await store.OpenAsync(file.Location, file.Bytes, cancellationToken);
        byte[] buffer = [];
        int start = 0, end = 0, line = 0;
        for (long offset = 0; offset < reader.Length || start < end;)
        {
            int newline = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (newline < 0 && offset < reader.Length)
            {
                buffer = MakeRoom(buffer, ref start, ref end, reader.Length - offset, file.Location);
                int bytes = (int)Math.Min(buffer.Length - end, reader.Length - offset);
                await reader.ReadAsync(offset, buffer.AsMemory(end, bytes), cancellationToken);
                end += bytes;
                offset += bytes;
                continue;
            }

            int length = newline < 0 ? end - start : newline;
            line++;
            if (Parse(buffer.AsSpan(start, length), type, file.Location, line) is { } action)
                yield return action;
            start = Math.Min(end, start + length + 1);
        }
    }

    private static byte[] MakeRoom(byte[] buffer, ref int start, ref int end, long unread, Location file)
    {
        int held = end - start;
        byte[] roomy = buffer;
        if (held > buffer.Length / 2 || buffer.Length == 0)
        {
            if (held > Array.MaxLength / 4)
            {
                throw new CorruptTableException("delta.log_broken",
                    $"'{file}' has a line of more than {held:N0} bytes; no action is that long. Restore the file.");
            }

            // Most commits are small, and there are many.
            roomy = GC.AllocateUninitializedArray<byte>((int)Math.Min(Math.Max(ReadBytes, held * 2), held + unread));
        }

        buffer.AsSpan(start, held).CopyTo(roomy);
        (start, end) = (0, held);
        return roomy;
    }

    private static T? Parse<T>(ReadOnlySpan<byte> line, JsonTypeInfo<T> type, Location file, int number)
        where T : class
    {
        line = line.Trim(" \t\r"u8);
        if (line.IsEmpty)
            return null;
        try
        {
            return JsonSerializer.Deserialize(line, type) ?? throw new JsonException("The line is null.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new CorruptTableException("delta.log_broken",
                $"Line {number} of '{file}' is not the JSON of a Delta action: {error.Message} The table cannot be read beyond it; " +
                "restore the file, or choose a version before it with --snapshot.", error);
        }
    }
}
