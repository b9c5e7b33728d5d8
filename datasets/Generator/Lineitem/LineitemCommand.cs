using System.CommandLine;
using System.Diagnostics;
using BulkMover.Core.Errors;
using ParquetSharp;

namespace BulkMover.Datasets.Lineitem;

/// <summary><c>lineitem</c>: the command line of <see cref="LineitemWriter"/>.</summary>
internal static class LineitemCommand
{
    private static readonly Dictionary<string, Compression> Codecs = new(StringComparer.Ordinal)
    {
        ["snappy"] = Compression.Snappy,
        ["zstd"] = Compression.Zstd,
        ["gzip"] = Compression.Gzip,
        ["lz4"] = Compression.Lz4,
        ["none"] = Compression.Uncompressed,
    };

    public static Command Create()
    {
        var rows = new Option<long>("--rows") { Description = "Rows in all", Required = true };
        var seed = new Option<long>("--seed") { Description = "The same seed gives the same rows", DefaultValueFactory = _ => 1 };
        var codec = new Option<string>("--codec") { Description = "Compression", DefaultValueFactory = _ => "snappy" };
        codec.AcceptOnlyFromAmong([.. Codecs.Keys]);
        var rowGroupRows = new Option<int>("--row-group-rows") { Description = "Rows in a row group", DefaultValueFactory = _ => 1_000_000 };
        var files = new Option<int>("--files") { Description = "More than one makes a directory of files", DefaultValueFactory = _ => 1 };
        var pageRows = new Option<int>("--page-rows") { Description = "Rows in a page, with a page index; 0 for pages of 1 MB without one" };
        var output = new Option<string>("--out") { Description = "The file or directory to make", Required = true };
        var command = new Command("lineitem", "A table shaped like TPC-H's lineitem, with our own values and words (it is not TPC-H)")
        {
            rows, seed, codec, rowGroupRows, files, pageRows, output,
        };
        command.SetAction((parsed, cancellationToken) => Task.FromResult(Run(
            new LineitemOptions(
                parsed.GetRequiredValue(rows),
                parsed.GetRequiredValue(seed),
                Codecs[parsed.GetRequiredValue(codec)],
                parsed.GetRequiredValue(rowGroupRows),
                parsed.GetRequiredValue(files),
                parsed.GetValue(pageRows),
                parsed.GetRequiredValue(output)),
            cancellationToken)));
        return command;
    }

    private static int Run(LineitemOptions options, CancellationToken cancellationToken)
    {
        string[] problems = [.. options.Problems()];
        if (problems.Length > 0) throw new InvalidInputException("datasets.options", string.Join(' ', problems));
        if (LineitemWriter.IsWritten(options))
        {
            Console.WriteLine($"{options.Out} is there already.");
            return 0;
        }

        long start = Stopwatch.GetTimestamp();
        LineitemWriter.Write(options, cancellationToken);
        long bytes = Enumerable.Range(0, options.Files).Sum(file => new FileInfo(options.PathOf(file)).Length);
        Console.WriteLine($"{options.Out}: {options.Rows:N0} rows, {bytes:N0} bytes, {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");
        return 0;
    }
}
