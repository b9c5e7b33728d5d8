using System.CommandLine;
using System.Globalization;
using BulkMover.Core.Errors;
using ParquetSharp;

namespace BulkMover.Datasets.Shapes;

/// <summary><c>shapes</c>: a file of columns of one kind, to measure decoders with.</summary>
internal static class ShapesCommand
{
    /// <summary>Goes up when a shape gets other rows.</summary>
    private const int Version = 1;

    private const string RecipeKey = "bulkmover.recipe";

    public static Command Create()
    {
        var shape = new Option<string>("--shape") { Description = "Which columns", Required = true };
        shape.AcceptOnlyFromAmong([.. ShapesWriter.Shapes]);
        var rows = new Option<long>("--rows") { Description = "Rows in all", Required = true };
        rows.Validators.Add(result => { if (result.GetValueOrDefault<long>() < 1) result.AddError("--rows must be 1 or more."); });
        var output = new Option<string>("--out") { Description = "The file to make", Required = true };
        var command = new Command("shapes", "Columns of one kind, each hard for decoders in its own way; Snappy") { shape, rows, output };
        command.SetAction((parsed, cancellationToken) => Task.FromResult(Run(
            parsed.GetRequiredValue(shape), parsed.GetRequiredValue(rows), parsed.GetRequiredValue(output), cancellationToken)));
        return command;
    }

    private static int Run(string shape, long rows, string path, CancellationToken cancellationToken)
    {
        string recipe = string.Create(CultureInfo.InvariantCulture, $"shapes v{Version} shape={shape} rows={rows}");
        if (HasRecipe(path, recipe))
        {
            Console.WriteLine($"{path} is there already.");
            return 0;
        }

        using var output = new AtomicOutput(path);
        ShapesWriter.Write(
            output.TemporaryPath, shape, rows, new Dictionary<string, string>(StringComparer.Ordinal) { [RecipeKey] = recipe }, cancellationToken);
        output.Publish();
        Console.WriteLine($"{path}: {rows:N0} rows, {new FileInfo(path).Length:N0} bytes");
        return 0;
    }

    private static bool HasRecipe(string path, string recipe)
    {
        if (!File.Exists(path)) return false;
        try
        {
            using var reader = new ParquetFileReader(path);
            return reader.FileMetaData.KeyValueMetadata.TryGetValue(RecipeKey, out string? known) && known == recipe;
        }
        catch (ParquetException error)
        {
            throw new InvalidInputException("datasets.out_exists", $"'{path}' is there already and is no Parquet file. Remove it or choose another place.", error);
        }
    }
}
