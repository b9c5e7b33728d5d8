namespace BulkMover.Throughput.Results;

/// <summary><c>perf/results</c>: a page and a file of data for each scenario, to which runs are appended, and one page of all of them.</summary>
internal sealed class ResultsDirectory(string path)
{
    private string Data => Path.Combine(path, "data");

    /// <summary>Appends the run and makes the page of all anew.</summary>
    public async Task AddAsync(Run run, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Data);
        string page = Path.Combine(path, $"{run.Scenario}.md");
        if (!File.Exists(page))
            await File.WriteAllTextAsync(page, $"# {ResultsPage.TitleOf(run.Scenario)}\n\n`run-bench.sh {run.Scenario}`\n", cancellationToken);
        await File.AppendAllTextAsync(page, Section.Of(run), cancellationToken);
        await File.AppendAllTextAsync(Path.Combine(Data, $"{run.Scenario}.jsonl"), run.ToLine() + "\n", cancellationToken);
        await WritePageAsync(cancellationToken);
    }

    public async Task WritePageAsync(CancellationToken cancellationToken)
    {
        var runs = new List<Run>();
        foreach (string file in Directory.EnumerateFiles(Data, "*.jsonl"))
            runs.AddRange((await File.ReadAllLinesAsync(file, cancellationToken)).Select(Run.Parse));
        NewestRun[] newest = [.. NewestRun.Of(runs)];
        DirectoryInfo plots = Directory.CreateDirectory(Path.Combine(path, ResultsPage.Plots));
        foreach (FileInfo old in plots.EnumerateFiles("*.svg"))
            old.Delete();
        foreach (NewestRun run in newest)
            Plot.Write(run.Run, Path.Combine(plots.FullName, run.PlotName));
        await File.WriteAllTextAsync(Path.Combine(path, "README.md"), new ResultsPage(newest, path).ToString(), cancellationToken);
    }
}
