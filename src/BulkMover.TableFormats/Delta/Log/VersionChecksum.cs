using System.Text.Json;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// What the writer of a version says that a replay gives (PROTOCOL.md, "Version Checksum File"). It is compared because it costs one small
/// file and is all there is to tell a log entry that was cut or changed, or a multi-part checkpoint mixed from two attempts.
/// </summary>
internal sealed record VersionChecksum
{
    public long? NumFiles { get; init; }

    public long? TableSizeBytes { get; init; }

    /// <summary>"Readers MUST continue functioning if Version Checksum files are missing": one that cannot be parsed says as little.</summary>
    /// <returns>Null when there is none.</returns>
    public static async Task<VersionChecksum?> ReadAsync(IObjectStore store, LogSegment segment, CancellationToken cancellationToken)
    {
        if (segment.Checksum is not { } file)
            return null;
        try
        {
            return JsonSerializer.Deserialize(await store.ReadAllAsync(file.Location, file.Bytes, cancellationToken), ActionJson.Default.VersionChecksum);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <param name="files">Live files of the version.</param>
    /// <param name="bytes">The sum of their sizes.</param>
    /// <param name="table">For the message.</param>
    /// <param name="version">For the message.</param>
    /// <exception cref="CorruptTableException">They are not what the checksum says.</exception>
    public void ThrowIfDifferent(long files, long bytes, Location table, long version)
    {
        if ((NumFiles ?? files) == files && (TableSizeBytes ?? bytes) == bytes)
            return;
        throw new CorruptTableException("delta.checksum_differs",
            $"The log gives version {version} of '{table}' {files:N0} files of {bytes:N0} bytes in total, but its checksum file " +
            $"{version:D20}.crc says {NumFiles:N0} files of {TableSizeBytes:N0} bytes: the log was changed after it was written. Restore it, or " +
            "choose another version with --snapshot; if you are sure that the checksum is wrong, delete it.");
    }
}
