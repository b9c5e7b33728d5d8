using System.CommandLine;
using BulkMover.Cli.Arguments;
using BulkMover.Cli.Sources;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.FileFormats.Parquet.Writing;
using BulkMover.TableFormats.Targets;

namespace BulkMover.Cli.Commands;

/// <summary>How the files of a lake's table are written.</summary>
internal static class LakeArguments
{
    private static readonly Option<string?> FileSize = new("--file-size")
    {
        Description = "Bytes at which a file ends, of tables of files: 256MiB, 1GiB. Default: 512MiB, which engines spread well.",
        HelpName = "SIZE",
    };

    private static readonly Option<string?> RowGroupSize = new("--row-group-size")
    {
        Description = "Bytes of rows in memory that make a row group of a file: what its readers need at once. Default: 128MiB, less where --memory has no room.",
        HelpName = "SIZE",
    };

    private static readonly Option<string?> Compression = new("--compression")
    {
        Description = "Of pages in files: zstd, snappy, gzip, lz4 or none; zstd and gzip also with a level, zstd:9. Default: zstd:1.",
        HelpName = "CODEC[:LEVEL]",
    };

    private static readonly Option<bool> NoDictionaries = new("--no-dictionaries")
    {
        Description = "Write no dictionaries into files: less work where no column has few values.",
    };

    private static readonly Option<bool> NoStatistics = new("--no-statistics")
    {
        Description = "Write no least and greatest values into files; readers then leave out less.",
    };

    private static readonly Option<AdoptMode> Adopt = new Option<AdoptMode>("--adopt")
    {
        Description = "Whether data files of the source that fit become files of the target as they are, without being decoded. auto: those that can. never: none. require: all, or nothing is copied. Default: auto, but never where another option says how files are written. Their deleted rows become deletes of the target: a new Delta table has deletion vectors then.",
        HelpName = "auto|never|require",
    }.AcceptOnlyFromAmong("auto", "never", "require");

    private static readonly IReadOnlyList<Option> HowWritten = [FileSize, RowGroupSize, Compression, NoDictionaries, NoStatistics];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Option> All { get; } = [Adopt, .. HowWritten];

    /// <summary>How whole files of the source may be taken over; null when none may.</summary>
    /// <param name="arguments">The command.</param>
    /// <param name="source">The source.</param>
    /// <param name="snapshot">What is read.</param>
    /// <param name="scan">Which of its rows and columns.</param>
    /// <exception cref="InvalidInputException">They have to be, and cannot.</exception>
    public static Adoption? AdoptionOf(ParseResult arguments, Source source, ITableSnapshot snapshot, Scan scan)
    {
        // Whoever says how files are written would not find them so if they were taken as they are.
        AdoptMode mode = !IsGiven(arguments, Adopt) && HowWritten.Any(option => IsGiven(arguments, option)) ? AdoptMode.Never : arguments.GetValue(Adopt);
        bool isWhole = scan.Where is null && scan.OutputSchema.FieldsList.SequenceEqual(snapshot.Schema.FieldsList);
        if (mode == AdoptMode.Require && !isWhole)
            throw new InvalidInputException("option.invalid", "--adopt require takes whole files, with all their rows and columns in their order: leave --where and --columns out, or say --adopt auto.");
        return mode == AdoptMode.Never || !isWhole ? null : new Adoption(source.FilesOf(snapshot), snapshot.Matching, IsRequired: mode == AdoptMode.Require);
    }

    public static LakeOptions Read(ParseResult arguments)
    {
        var files = new ParquetWriteOptions { HasDictionaries = !arguments.GetValue(NoDictionaries), HasStatistics = !arguments.GetValue(NoStatistics) };
        if (arguments.GetValue(FileSize) is { } fileSize)
            files = files with { FileBytes = ByteSize.Parse("--file-size", fileSize) };
        if (arguments.GetValue(RowGroupSize) is { } rowGroupSize)
            files = files with { RowGroupBytes = ByteSize.Parse("--row-group-size", rowGroupSize) };
        if (arguments.GetValue(Compression) is { } compression)
            files = WithCompression(files, compression);
        return new LakeOptions { Parquet = files, PartitionBy = arguments.GetValue(SharedOptions.PartitionBy) is { } terms ? PartitionTerms.Split(terms) : null };
    }

    /// <exception cref="InvalidInputException">One of the options is given, and does not go with the target.</exception>
    public static void ThrowIfGiven(ParseResult arguments, IReadOnlyList<Option> options, string kind)
    {
        if (options.FirstOrDefault(option => IsGiven(arguments, option)) is { } given)
            throw new InvalidInputException("option.other_target", $"{given.Name} is for {kind}, which the target is not. Leave it out.");
    }

    private static bool IsGiven(ParseResult arguments, Option option) => arguments.GetResult(option) is { Implicit: false };

    private static ParquetWriteOptions WithCompression(ParquetWriteOptions files, string text)
    {
        string[] parts = text.Split(':');
        bool isCodec = Enum.TryParse(parts[0], ignoreCase: true, out ParquetCodec codec) && !char.IsAsciiDigit(parts[0][0]);
        int level = 0;
        bool isLevel = parts.Length == 1 || (parts.Length == 2 && int.TryParse(parts[1], out level) && codec switch
        {
            ParquetCodec.Zstd => level is >= 1 and <= 22,
            ParquetCodec.Gzip => level is >= 1 and <= 9,
            _ => false,
        });
        return isCodec && isLevel
            ? files with { Codec = codec, Level = parts.Length == 1 ? null : level }
            : throw new InvalidInputException("option.invalid", $"--compression {text} is not known. Write zstd, zstd:1 to zstd:22, snappy, gzip, gzip:1 to gzip:9, lz4 or none.");
    }
}
