using System.Globalization;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// The name of a file of the log (PROTOCOL.md, "Delta Log Entries", "Log Compaction Files", "Checkpoint Naming Scheme", "Version Checksum
/// File Schema").
/// </summary>
/// <param name="Kind">What the file is.</param>
/// <param name="Version">The table's version; of a log compaction the last one.</param>
internal readonly record struct LogFileName(LogFileKind Kind, long Version)
{
    private const int VersionDigits = 20;
    private const int PartDigits = 10;
    private const int UuidCharacters = 36;

    /// <summary>The first version of a log compaction.</summary>
    public long First { get; private init; }

    /// <summary>Which checkpoint of the version it belongs to.</summary>
    public string Checkpoint { get; private init; } = "";

    /// <summary>Files that make up the checkpoint; 1 unless it is multi-part.</summary>
    public int Parts { get; private init; } = 1;

    /// <summary>Null for all other files of the log directory: hints, temporary files.</summary>
    public static LogFileName? Parse(string name)
    {
        string[] words = name.Split('.');
        if (words.Length < 2 || ReadVersion(words[0]) is not { } version)
            return null;

        var checkpoint = new LogFileName(LogFileKind.Checkpoint, version);
        return words switch
        {
            [_, "json"] => new LogFileName(LogFileKind.Commit, version),
            [_, "crc"] => new LogFileName(LogFileKind.Checksum, version),
            [_, var last, "compacted", "json"] when ReadVersion(last) is { } end && end > version =>
                new LogFileName(LogFileKind.Compaction, end) { First = version },
            [_, "checkpoint", "parquet"] => checkpoint,
            [_, "checkpoint", { Length: UuidCharacters } uuid, "json" or "parquet"] => checkpoint with { Checkpoint = uuid },
            [_, "checkpoint", { Length: PartDigits } part, { Length: PartDigits } parts, "parquet"]
                when ReadNumber(part) is { } o && ReadNumber(parts) is > 0 and <= int.MaxValue and { } p && o >= 1 && o <= p =>
                checkpoint with { Checkpoint = parts, Parts = (int)p },
            _ => null,
        };
    }

    private static long? ReadVersion(string digits) => digits.Length == VersionDigits ? ReadNumber(digits) : null;

    private static long? ReadNumber(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
