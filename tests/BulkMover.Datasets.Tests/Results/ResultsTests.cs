using BulkMover.Throughput.Results;
using Xunit;

namespace BulkMover.Datasets.Tests.Results;

/// <summary>What pages say of runs whose figures are known; expected values are worked out by hand.</summary>
public sealed class ResultsTests : IDisposable
{
    private const string Copies = "parquet-to-clickhouse", Lineitem = "lineitem-6m-snappy";

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("bulkmover-results-");

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    private string Results => Path.Combine(directory.FullName, "results");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public void Ratios_OfTwoSeriesEach_AreOfTheMediansOfAllRuns()
    {
        Run run = RunOf("a", Lineitem, ours: ([1, 2, 3], [2, 4, 3]), theirs: ([4, 5, 6], [5, 5, 5]));
        (Ratio pair, string ratios) = Assert.Single(Ratio.Lines(run));
        Assert.Equal(("bulkmover copy", "server pulls"), (pair.Contestant, pair.Baseline));
        Assert.Equal(0.5, pair.Value); // 2.5 of 5
        Assert.Equal("wall s **0.50** (±33 %)", ratios); // 2 and 3
    }

    [Fact]
    public void Ratios_OfOneSeriesEach_HaveNoFloor()
    {
        Run run = RunOf("a", Lineitem, ours: ([1], [1]), theirs: ([4], [4]));
        Assert.Equal("wall s **0.25**", Assert.Single(Ratio.Lines(run with { Series = [.. run.Series.Where(series => series.Label == "A")] })).Ratios);
    }

    [Fact]
    public void Run_WrittenAndReadAgain_IsTheSame()
    {
        Run run = RunOf("a", "±, ÷ and \"", ours: ([0, 1.5], [2]), theirs: ([4], [4]));
        Assert.Equal(run.ToLine(), Run.Parse(run.ToLine()).ToLine());
        Assert.Equal(Section.Of(run), Section.Of(Run.Parse(run.ToLine())));
    }

    [Fact]
    public void NewestRuns_ShowEachSubjectOnceAndOfItsLastRun()
    {
        Run[] runs = [RunOf("first", "x", ([1], [1]), ([1], [1])), RunOf("second", "y", ([1], [1]), ([1], [1])), RunOf("third", "x", ([1], [1]), ([1], [1]))];
        Assert.Equal([("third", "x"), ("second", "y")], NewestRun.Of(runs).Select(newest => (newest.Run.Conditions.Commit, newest.Run.Series[0].Subject)));
    }

    [Theory]
    [InlineData(0.69, "met")]
    [InlineData(0.71, "**missed**")]
    public async Task Page_SaysWhetherTheAimIsMet(double seconds, string said)
    {
        string page = await PageAsync(RunOf("a", Lineitem, ([seconds], [seconds]), ([1], [1])));
        Assert.Contains($"| wall of the server's own pull | 0.700 × | {FigureTable.Number(seconds)} | {said} |", page, StringComparison.Ordinal);
        Assert.Contains("| wall of the server's own pull, tuned | 0.900 × | | not measured |", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_Twice_AppendsToThePageOfTheScenarioAndShowsTheLastOnTheOther()
    {
        await PageAsync(RunOf("first", Lineitem, ([1], [1]), ([1], [1])));
        string page = await PageAsync(RunOf("second", Lineitem, ([2], [2]), ([1], [1])));
        string scenario = await File.ReadAllTextAsync(Path.Combine(Results, $"{Copies}.md"), Stopping);
        Assert.Contains("commit first", scenario, StringComparison.Ordinal);
        Assert.Contains("commit second", scenario, StringComparison.Ordinal);
        Assert.DoesNotContain(", first", page, StringComparison.Ordinal);
        Assert.Contains(", second", page, StringComparison.Ordinal);
        Assert.Contains("wall s **2.00**", page, StringComparison.Ordinal);
        Assert.Contains("<svg", await File.ReadAllTextAsync(Path.Combine(Results, "plots", $"{Copies}.svg"), Stopping), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_InTheRepository_IsWhatTheDataSay()
    {
        CopyDirectory(new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "results")), Results);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "allocations.json"), Path.Combine(directory.FullName, "allocations.json"));
        string page = Path.Combine(Results, "README.md"), written = await File.ReadAllTextAsync(page, Stopping);
        await new ResultsDirectory(Results).WritePageAsync(Stopping);
        Assert.True(written == await File.ReadAllTextAsync(page, Stopping), "perf/results/README.md is not what its data make: run-bench.sh page writes it anew.");
    }

    private static void CopyDirectory(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (FileInfo file in from.EnumerateFiles())
            file.CopyTo(Path.Combine(to, file.Name));
        foreach (DirectoryInfo below in from.EnumerateDirectories())
            CopyDirectory(below, Path.Combine(to, below.Name));
    }

    private static Run RunOf(string commit, string subject, (double[] A, double[] B) ours, (double[] A, double[] B) theirs) => new(
        Copies, new Conditions("2026-01-02 03:04 UTC", commit, "a machine", "0 0 0", "a file"), ["a note"], [Figure.Wall],
        [
            SeriesOf(subject, "bulkmover copy", "A", ours.A), SeriesOf(subject, "bulkmover copy", "B", ours.B),
            SeriesOf(subject, "server pulls", "A", theirs.A), SeriesOf(subject, "server pulls", "B", theirs.B),
        ]);

    private static Series SeriesOf(string subject, string contestant, string label, double[] seconds)
    {
        var series = new Series(subject, contestant, label, IsBaseline: contestant == "server pulls");
        foreach (double value in seconds)
            series.Add((Figure.Wall, value));
        return series;
    }

    private async Task<string> PageAsync(Run run)
    {
        Directory.CreateDirectory(Results);
        await File.WriteAllTextAsync(Path.Combine(directory.FullName, "allocations.json"), """{"margin":1,"bytesPerRow":{"decode x":0.5}}""", Stopping);
        await new ResultsDirectory(Results).AddAsync(run, Stopping);
        return await File.ReadAllTextAsync(Path.Combine(Results, "README.md"), Stopping);
    }
}
