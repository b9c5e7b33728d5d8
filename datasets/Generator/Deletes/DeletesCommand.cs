using System.CommandLine;
using BulkMover.Core.Errors;

namespace BulkMover.Datasets.Deletes;

/// <summary><c>deletes</c>: tables whose readers have to leave rows out.</summary>
internal static class DeletesCommand
{
    private static readonly Dictionary<string, DeletesKind> Kinds = new(StringComparer.Ordinal) { ["positions"] = DeletesKind.Positions, ["equality"] = DeletesKind.Equality };

    public static Command Create()
    {
        var kind = new Option<string>("--kind") { Description = string.Join(", ", Kinds.Keys), Required = true };
        kind.AcceptOnlyFromAmong([.. Kinds.Keys]);
        var rows = new Option<long>("--rows") { Description = "Rows in all, of which some 4 % are deleted", DefaultValueFactory = _ => 6_000_000 };
        var files = new Option<int>("--files") { Description = "Data files", DefaultValueFactory = _ => 8 };
        var output = new Option<string>("--out") { Description = "The table's directory", Required = true };
        var command = new Command("deletes", "The lineitem table in Iceberg with rows deleted by position or by equality") { kind, rows, files, output };
        command.SetAction((parsed, cancellationToken) => Task.FromResult(Run(
            new DeletesOptions(Kinds[parsed.GetRequiredValue(kind)], parsed.GetRequiredValue(rows), parsed.GetRequiredValue(files), Path.GetFullPath(parsed.GetRequiredValue(output))),
            cancellationToken)));
        return command;
    }

    private static int Run(DeletesOptions options, CancellationToken cancellationToken)
    {
        string[] problems = [.. options.Problems()];
        if (problems.Length > 0) throw new InvalidInputException("datasets.options", string.Join(' ', problems));
        if (options.IsWritten())
        {
            Console.WriteLine($"{options.Out} is there already.");
            return 0;
        }

        // Metadata names its own place, so nothing is built elsewhere and renamed.
        if (Directory.Exists(options.Out)) Directory.Delete(options.Out, recursive: true);
        long deleted = DeletesWriter.Write(options, cancellationToken);
        options.MarkWritten();
        Console.WriteLine($"{options.Out}: {options.Rows:N0} rows in {options.Files:N0} files, {deleted:N0} of them deleted");
        return 0;
    }
}
