using System.Buffers;
using System.Text.Json;
using BulkMover.Core.Errors;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>A log entry in the making, an action a line (PROTOCOL.md, "Delta Log Entries"). It is held whole, because it has to appear at once.</summary>
internal sealed class LogLines : IDisposable
{
    /// <summary>Stores take 5 GB at once, memory blocks 2 GB; entries that large would be no good to readers long before.</summary>
    private const int MostBytes = 1 << 30;

    private readonly ArrayBufferWriter<byte> bytes = new();
    private readonly Utf8JsonWriter json;

    public LogLines() => json = new Utf8JsonWriter(bytes, PlainJson.Writing);

    public ReadOnlyMemory<byte> Bytes => bytes.WrittenMemory;

    /// <param name="action">Its name.</param>
    /// <param name="value">What it says.</param>
    /// <param name="write">Writes the members of the action.</param>
    /// <exception cref="TargetException">The entry has become too large.</exception>
    public void Add<T>(ReadOnlySpan<byte> action, T value, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartObject();
        json.WriteStartObject(action);
        write(json, value);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        json.Reset();
        bytes.Write("\n"u8);
        if (bytes.WrittenCount > MostBytes)
        {
            throw new TargetException("delta.commit_too_large",
                "The copy has so many files that the entry for them in the log would be larger than 1 GiB. Copy the table in parts with --where and --mode append, or with larger files.");
        }
    }

    public void Dispose() => json.Dispose();
}
