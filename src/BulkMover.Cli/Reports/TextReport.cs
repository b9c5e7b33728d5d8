using System.Globalization;
using BulkMover.Cli.Arguments;
using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Engine.Metrics;
using BulkMover.Engine.Transfers;
using BulkMover.Engine.Tuning;

namespace BulkMover.Cli.Reports;

/// <summary>For people: what was asked for goes to <paramref name="output"/>, all that happens on the way to <paramref name="error"/>.</summary>
public sealed class TextReport(TextWriter output, TextWriter error) : IReport
{
    /// <summary>Files that are named of a difference; scripts get all.</summary>
    private const int MostFiles = 5;

    public void Report(string value) => error.WriteLine($"note: {value}");

    public void Starting(CopyOutline outline)
    {
        WriteEnds(error, outline);
        WriteNotes(outline.Notes, outline.Target?.Columns
            .Where(column => column.Difference is not null)
            .Select(column => $"{column.Name}: {column.SourceType} → {column.TargetType}; {column.Difference}") ?? []);
    }

    public void Planned(CopyOutline outline)
    {
        WriteEnds(output, outline);
        if (outline.Target is { } target)
            WriteTarget(target);
        WriteNotes(outline.Notes);
    }

    public void Inspected(TableOutline outline)
    {
        ITableSnapshot snapshot = outline.Snapshot;
        output.WriteLine($"{outline.Name} ({outline.Format}), snapshot {snapshot.Id}");
        if (outline.Survey is { } survey)
            output.WriteLine(Size(survey));
        if (snapshot.PartitionColumns.Count > 0)
            output.WriteLine($"partitioned by {string.Join(", ", snapshot.PartitionColumns)}");
        if (snapshot.SortOrder.Count > 0)
            output.WriteLine($"sorted by {string.Join(", ", snapshot.SortOrder.Select(field => field.Descending ? $"{field.Column} desc" : field.Column))}");

        output.Write("\ncolumns\n" + TextTable.Format([.. snapshot.Schema.FieldsList.Select(Describe.Column)], "  "));
        if (snapshot.MetadataColumns.Count > 0)
            output.Write("\ncolumns that only --columns and --where name\n" + TextTable.Format([.. snapshot.MetadataColumns.Select(Describe.Column)], "  "));
        if (outline.Snapshots.Count > 0)
            output.Write("\nsnapshots\n" + TextTable.Format([.. outline.Snapshots.Select(Describe.Snapshot)], "  "));
        if (snapshot.Features.Count > 0)
            output.Write("\nfeatures\n" + TextTable.Format([.. snapshot.Features.Select(Describe.Feature)], "  "));
        output.WriteLine(outline.Refusal is { } refusal ? $"\nNOT READABLE [{refusal.Code}] {refusal.Message}" : "\nreadable");
        WriteNotes(snapshot.Notes);
    }

    public void Listed(IReadOnlyList<FeatureList> formats)
    {
        foreach (FeatureList format in formats)
            output.Write($"{format.Format}\n{TextTable.Format([.. format.Features.Select(Describe.Feature)], "  ")}\n");
    }

    public void Listed(IReadOnlyList<TransferRecord> transfers)
    {
        if (transfers.Count == 0)
            error.WriteLine("No copy into this table is known.");
        else
            output.Write(TextTable.Format([.. transfers.Select(Describe.Transfer)], string.Empty));
    }

    public Task FollowAsync(Task work, Func<TransferProgress> progress) =>
        Console.IsErrorRedirected ? ProgressLines.FollowAsync(work, progress, error) : ProgressBar.FollowAsync(work, progress, error);

    public void Finished(CopyResult result)
    {
        string rate = ByteSize.Format(result.BytesRead / Math.Max(result.Seconds, 0.001));
        error.WriteLine(
            $"done  {Rows(result.Rows)}{Skipped(result.SkippedRows)} in {Describe.Duration(TimeSpan.FromSeconds(result.Seconds))}, counted by the target; "
            + $"{ByteSize.Format(result.BytesRead)} read ({rate}/s), {ByteSize.Format(result.BytesWritten)} written");
        if (result.Retries > 0)
            error.WriteLine($"      begun again {result.Retries:N0} times after failures that passed");
        if (result.AdoptedFiles > 0)
            error.WriteLine($"      {Adopted(result.AdoptedFiles, ByteSize.Format(result.AdoptedBytes))}");
        error.WriteLine($"      {result.Bottleneck}");
        if (result.Readers is { } readers)
            error.WriteLine($"      --readers {readers} and --writers {result.Writers} are what it went with at the end");
        if (result.IsVerified)
            error.WriteLine("      verified: what has arrived is what was read");
    }

    public void Compared(Comparison comparison, TimeSpan took)
    {
        output.WriteLine(comparison.IsEqual
            ? $"equal  {Rows(comparison.Source.Rows)}, {comparison.Columns.Count:N0} columns, in {Describe.Duration(took)}"
            : $"DIFFERENT  {Rows(comparison.Source.Rows)} in the source, {Rows(comparison.Target.Rows)} in the target");
        WriteDifferences(output, comparison);
    }

    public void Tuned(TuningResult result, string? plot)
    {
        string[] head = ["readers", "writers", "block rows", "rows/s", "read/s", "CPU s per million rows", "memory", ""];
        output.Write(TextTable.Format(
            [
                head, .. result.Degrees.Select(sample => Describe.Sample(sample, "")),
                .. result.Blocks.Select(sample => Describe.Sample(sample, sample == result.Best ? "again, best" : "again")), Describe.Sample(result.SelfTuned, "self-tuned"),
            ], ""));
        if (result.IsShort)
            Report("The source ended within a sample: this shows how a copy begins, not how it runs. Take a larger source.");
        if (plot is not null)
            error.WriteLine($"plot  {plot}");
        output.WriteLine(result.Options.Length == 0
            ? string.Create(CultureInfo.InvariantCulture, $"options to use: none, for a copy finds by itself what reaches {result.SelfTunedShare:P0} of the best")
            : string.Create(CultureInfo.InvariantCulture, $"options to use: {result.Options}, for a copy by itself reaches {result.SelfTunedShare:P0} of that"));
    }

    public void Failed(BulkMoverException failure)
    {
        error.WriteLine($"error [{failure.Code}] ({Describe.Side(failure.Side)}) {failure.Message}");
        if (failure is RowsDifferException { Comparison: var comparison })
            WriteDifferences(error, comparison);
    }

    public void Crashed(Exception failure) =>
        error.WriteLine($"error [us.bug] (bulkmover) This is our bug, please report it with the text below.\n{failure}");

    public void Stopped(bool isResumed) => error.WriteLine(isResumed ? "stopped; readers see what they saw before. The same command goes on with it." : "stopped");

    private static void WriteEnds(TextWriter writer, CopyOutline outline)
    {
        writer.WriteLine($"from  {outline.From}, snapshot {outline.Snapshot.Id}");
        writer.WriteLine($"      {Size(outline.Survey)}");
        if (outline is { Target.IsOfFiles: true, Survey.Files: > 0 })
            writer.WriteLine($"      {Ways(outline.Survey)}");
        if (outline.Target is { } target)
        {
            writer.WriteLine($"to    {outline.To} ({target.Request.Mode.ToString().ToLowerInvariant()}), transfer {target.Request.Transfer}");
            if (target.Earlier is { } earlier)
                writer.WriteLine($"      {(earlier.IsComplete ? "complete" : "goes on")}: {Rows(earlier.Rows)} came with earlier runs");
        }
    }

    private static void WriteDifferences(TextWriter writer, Comparison comparison)
    {
        foreach (Difference difference in comparison.Differences)
        {
            writer.WriteLine($"  {difference.Place}: {ColumnDifference.Describe(comparison.Columns, difference)}");
            // Where files of both sides are named, with their rows, these are among them.
            if (comparison.Files.Count == 0)
                WriteFiles(writer, difference.Files, file => $"    {file}");
        }

        foreach (IGrouping<bool, FileDifference> side in comparison.Files.GroupBy(file => file.IsOfSource))
            WriteFiles(writer, [.. side], file => $"    {Rows(file.Rows)} only in the {Side(side.Key)}: {file.File}");
        foreach (RowDifference row in comparison.Rows)
            writer.WriteLine($"  only in the {Side(row.IsOfSource)}{(row.File is null ? "" : $", {row.File}")}{(row.Times > 1 ? $", {row.Times:N0} times" : "")}: {row.Row}");
    }

    private static void WriteFiles<T>(TextWriter writer, IReadOnlyList<T> files, Func<T, string> line)
    {
        foreach (T file in files.Take(MostFiles))
            writer.WriteLine(line(file));
        if (files.Count > MostFiles)
            writer.WriteLine($"    and {files.Count - MostFiles:N0} more files");
    }

    private static string Ways(Survey survey) => survey.AdoptableFiles == 0
        ? "none of them may be copied as they are: all are decoded and written anew"
        : $"{survey.AdoptableFiles:N0} of them, {ByteSize.Format(survey.AdoptableBytes)}, may be copied as they are; " +
            $"{survey.Files - survey.AdoptableFiles:N0}, {ByteSize.Format(survey.Bytes - survey.AdoptableBytes)}, are decoded and written anew";

    private static string Adopted(long files, string bytes) => files == 1 ? $"1 file, {bytes}, was copied as it is" : $"{files:N0} files, {bytes}, were copied as they are";

    private static string Side(bool isOfSource) => isOfSource ? "source" : "target";

    private void WriteTarget(TargetPlan target)
    {
        string[][] columns = [.. target.Columns.Select(column =>
            new[] { column.Name, column.SourceType, "→", column.TargetType, column.Difference ?? "exact" })];
        output.Write("\ncolumns\n" + TextTable.Format(columns, "  "));
        output.WriteLine("\nsteps");
        foreach (string step in target.Steps)
            output.WriteLine("  " + step.Replace("\n", "\n  ", StringComparison.Ordinal));
        output.WriteLine();
    }

    private void WriteNotes(params IEnumerable<string>[] notes)
    {
        foreach (string sentence in notes.SelectMany(list => list))
            Report(sentence);
    }

    private static string Size(Survey survey) =>
        $"{Rows(survey.Rows)} in {survey.Files:N0} {(survey.Files == 1 ? "file" : "files")}, {ByteSize.Format(survey.Bytes)}";

    private static string Skipped(long rows) => rows == 0 ? "" : $", {rows.ToString("N0", CultureInfo.InvariantCulture)} of them by earlier runs,";

    private static string Rows(long? rows) => rows switch
    {
        null => "an unknown number of rows",
        1 => "1 row",
        _ => rows.Value.ToString("N0", CultureInfo.InvariantCulture) + " rows",
    };
}
