using System.Globalization;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>The name of a commit or checkpoint file (PROTOCOL.md, "Delta Log Entries" and "Checkpoint Naming Scheme").</summary>
/// <param name="Version">The table's version.</param>
/// <param name="Checkpoint">Which checkpoint of the version it belongs to; null for a commit.</param>
/// <param name="Parts">Files that make up the checkpoint; 1 unless it is multi-part.</param>
internal readonly record struct LogFileName(long Version, string? Checkpoint, int Parts)
{
    private const int VersionDigits = 20;
    private const int PartDigits = 10;
    private const int UuidCharacters = 36;

    /// <summary>
    /// Null for all other files of the log directory: checksums, log compactions (the commits that they sum up are read), hints, temporary files.
    /// </summary>
    public static LogFileName? Parse(string name)
    {
        string[] words = name.Split('.');
        if (words.Length < 2 || words[0].Length != VersionDigits || ReadNumber(words[0]) is not { } version)
            return null;

        return words switch
        {
            [_, "json"] => new LogFileName(version, null, 1),
            [_, "checkpoint", "parquet"] => new LogFileName(version, "", 1),
            [_, "checkpoint", { Length: UuidCharacters } uuid, "json" or "parquet"] => new LogFileName(version, uuid, 1),
            [_, "checkpoint", { Length: PartDigits } part, { Length: PartDigits } parts, "parquet"]
                when ReadNumber(part) is { } o && ReadNumber(parts) is > 0 and <= int.MaxValue and { } p && o >= 1 && o <= p =>
                new LogFileName(version, parts, (int)p),
            _ => null,
        };
    }

    private static long? ReadNumber(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
