using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BulkMover.Throughput.Results;

/// <summary>The page of all scenarios: aims, ratios at a glance, and the newest figures of each subject.</summary>
/// <param name="runs">What is shown.</param>
/// <param name="directory">Where the page lies.</param>
internal sealed class ResultsPage(IReadOnlyList<NewestRun> runs, string directory)
{
    /// <summary>The directory of pictures beside it.</summary>
    public const string Plots = "plots";

    /// <summary>In the order of the page.</summary>
    private static readonly (string Scenario, string Title)[] Titles =
    [
        ("parquet-to-clickhouse", "A Parquet file into ClickHouse"),
        ("start", "How soon the command and a copy start"),
        ("memory", "A Parquet file into ClickHouse within budgets"),
        ("deletes", "Tables with deleted rows into ClickHouse"),
        ("one-file", "One large Parquet file into ClickHouse"),
        ("many-files", "Many small Parquet files into ClickHouse"),
        ("wide", "A thousand columns into ClickHouse"),
        ("store-to-clickhouse", "A Parquet file into ClickHouse, from S3 and from disk"),
        ("decoding", "Decoding Parquet files on one thread"),
        ("micro", "The reader and the encoder alone"),
        ("adoption", "Parquet files copied as they are"),
        ("planning", "Plans of tables of very many files"),
        ("pruning", "Filtered reads with page indexes and bloom filters"),
    ];

    public static string TitleOf(string scenario) => Titles.First(title => title.Scenario == scenario).Title;

    public override string ToString()
    {
        var text = new StringBuilder("""
            # Results

            Made by `run-bench.sh page`, and at the end of each scenario, from the newest run of each subject in `data/`; the pages behind the headings have all runs. Figures are medians, with the least
            and the most of both series; the method is in [perf/README.md](../README.md). Lower is better, also of ratios: what ours takes of what the other takes. A/A is by how much two series of the same
            thing differ; a ratio that is nearer to 1 is no finding.


            """);
        AppendAims(text);
        AppendRatios(text);
        foreach ((string scenario, string title) in Titles)
            AppendScenario(text, scenario, title);
        AppendAllocations(text);
        AppendOthers(text);
        return text.ToString();
    }

    private void AppendAims(StringBuilder text)
    {
        text.Append("## The aims\n\n| aim | at most | measured | | when |\n|---|---:|---:|---|---|\n");
        foreach (Aim aim in Aim.All)
        {
            string limit = FigureTable.Number(aim.Limit) + (aim.Baseline is null ? "" : " ×");
            text.Append(aim.Measured(runs) is { } measured
                ? Invariant($"| {aim.Text} | {limit} | {FigureTable.Number(measured.Value)} | {(measured.Value <= aim.Limit ? "met" : "**missed**")} | {When(measured.Conditions)} |\n")
                : Invariant($"| {aim.Text} | {limit} | | not measured | `run-bench.sh {aim.Scenario}` |\n"));
        }

        text.Append('\n');
    }

    private void AppendRatios(StringBuilder text)
    {
        text.Append("## Ratios at a glance\n\n| scenario | with | ours | beside | × (A/A) |\n|---|---|---|---|---|\n");
        foreach ((string scenario, _) in Titles)
        {
            foreach (Run run in Of(scenario))
            {
                foreach ((Ratio pair, string ratios) in Ratio.Lines(run))
                    text.Append(Invariant($"| [{scenario}](#{AnchorOf(scenario)}) | {pair.Subject} | {pair.Contestant} | {pair.Baseline} | {ratios} |\n"));
            }
        }

        text.Append('\n');
    }

    private void AppendScenario(StringBuilder text, string scenario, string title)
    {
        NewestRun[] newest = [.. runs.Where(run => run.Run.Scenario == scenario)];
        if (newest.Length == 0)
            return;
        text.Append(Invariant($"## {title}\n\n[{scenario}.md]({scenario}.md), `run-bench.sh {scenario}`\n\n"));
        foreach (NewestRun run in newest)
        {
            Conditions conditions = run.Run.Conditions;
            text.Append(Invariant($"{When(conditions)}. {conditions.Machine}; load before: {conditions.Load}. {conditions.Dataset}.\n\n"));
            text.Append(FigureTable.Of(run.Run, isByLabel: false));
            text.Append(Invariant($"\n![{title}: {run.Run.Compared[0]}]({Plots}/{run.PlotName})\n\n"));
        }
    }

    private void AppendAllocations(StringBuilder text)
    {
        text.Append("## Managed bytes allocated for a row\n\nAs written in [allocations.json](../allocations.json), above which a test fails; they do not depend on the clock.\n\n");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "..", "allocations.json")));
        ILookup<string, (string Shape, double Bytes)> works = document.RootElement.GetProperty("bytesPerRow").EnumerateObject()
            .ToLookup(path => path.Name.Split(' ')[0], path => (path.Name.Split(' ')[1], path.Value.GetDouble()), StringComparer.Ordinal);
        text.Append(Invariant($"| | {string.Join(" | ", works.Select(work => work.Key))} |\n|---{string.Concat(works.Select(_ => "|---:"))}|\n"));
        foreach (string shape in works.First().Select(path => path.Shape))
            text.Append(Invariant($"| {shape} | {string.Join(" | ", works.Select(work => FigureTable.Number(work.First(path => path.Shape == shape).Bytes)))} |\n"));
        text.Append('\n');
    }

    /// <summary>What was measured by hand.</summary>
    private void AppendOthers(StringBuilder text)
    {
        text.Append("## Measured once\n\n");
        foreach (string page in Directory.EnumerateFiles(directory, "*.md").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(page);
            if (name != "README" && !Array.Exists(Titles, title => title.Scenario == name))
                text.Append(Invariant($"- [{File.ReadLines(page).First().TrimStart('#', ' ')}]({name}.md)\n"));
        }
    }

    private IEnumerable<Run> Of(string scenario) => runs.Select(run => run.Run).Where(run => run.Scenario == scenario);

    /// <summary>As GitHub makes it of a heading.</summary>
    private static string AnchorOf(string scenario) =>
        string.Concat(TitleOf(scenario).ToLowerInvariant().Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is ' ' or '-')).Replace(' ', '-');

    private static string When(Conditions conditions) => $"{conditions.Date}, {conditions.Commit}";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
