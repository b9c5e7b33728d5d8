using System.CommandLine;
using System.Diagnostics;
using BulkMover.Core.Errors;

namespace BulkMover.Datasets.ManyFiles;

/// <summary><c>many-files</c>: tables to plan, whose data files do not exist.</summary>
internal static class ManyFilesCommand
{
    private static readonly Dictionary<string, ManyFilesKind> Kinds = new(StringComparer.Ordinal)
    {
        ["iceberg"] = ManyFilesKind.Iceberg,
        ["iceberg-deletes"] = ManyFilesKind.IcebergDeletes,
        ["iceberg-vectors"] = ManyFilesKind.IcebergVectors,
        ["delta"] = ManyFilesKind.Delta,
        ["delta-sidecars"] = ManyFilesKind.DeltaSidecars,
    };

    public static Command Create()
    {
        var kind = new Option<string>("--kind") { Description = string.Join(", ", Kinds.Keys), Required = true };
        kind.AcceptOnlyFromAmong([.. Kinds.Keys]);
        var files = new Option<int>("--files") { Description = "Data files", DefaultValueFactory = _ => 1_000_000 };
        var output = new Option<string>("--out") { Description = "The table's directory", Required = true };
        var command = new Command("many-files", "Metadata of a table of very many data files, which are not there") { kind, files, output };
        command.SetAction((parsed, cancellationToken) => Task.FromResult(Run(
            new ManyFilesOptions(Kinds[parsed.GetRequiredValue(kind)], parsed.GetRequiredValue(files), Path.GetFullPath(parsed.GetRequiredValue(output))),
            cancellationToken)));
        return command;
    }

    private static int Run(ManyFilesOptions options, CancellationToken cancellationToken)
    {
        string[] problems = [.. options.Problems()];
        if (problems.Length > 0) throw new InvalidInputException("datasets.options", string.Join(' ', problems));
        if (options.IsWritten())
        {
            Console.WriteLine($"{options.Out} is there already.");
            return 0;
        }

        long start = Stopwatch.GetTimestamp();
        // Metadata names its own place, so nothing is built elsewhere and renamed.
        if (Directory.Exists(options.Out)) Directory.Delete(options.Out, recursive: true);
        if (options.Kind is ManyFilesKind.Delta or ManyFilesKind.DeltaSidecars)
            DeltaLogWriter.Write(options, cancellationToken);
        else
            new IcebergMetadataWriter(options).Write(cancellationToken);
        options.MarkWritten();
        long bytes = new DirectoryInfo(options.Out).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        Console.WriteLine($"{options.Out}: {options.Files:N0} files, {bytes:N0} bytes, {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");
        return 0;
    }
}
