using BulkMover.Throughput.Measuring;

namespace BulkMover.Throughput.Results;

/// <summary>What a scenario is to show.</summary>
/// <param name="Text">For people.</param>
/// <param name="Scenario">Where it is measured.</param>
/// <param name="Subject">With what; null for every subject of the scenario, the worst of which counts.</param>
/// <param name="Contestant">Whose figure.</param>
/// <param name="Figure">Which.</param>
/// <param name="Limit">The most that it may be; for a ratio, of the baseline's.</param>
/// <param name="Baseline">Of whose figure it may be a part; null for the figure itself.</param>
internal sealed record Aim(string Text, string Scenario, string? Subject, string Contestant, string Figure, double Limit, string? Baseline = null)
{
    private const string Copy = "bulkmover copy", Pull = "server pulls", Tuned = "server pulls, tuned", Lineitem = "lineitem-6m-snappy", Own = "our own", Encoder = "Native encoder", PerByte = "ns a byte";

    public static IReadOnlyList<Aim> All { get; } =
    [
        new("wall of the server's own pull", "parquet-to-clickhouse", Lineitem, Copy, Results.Figure.Wall, 0.7, Pull),
        new("wall of the server's own pull, tuned", "parquet-to-clickhouse", Lineitem, Copy, Results.Figure.Wall, 0.9, Tuned),
        new("server's CPU of that in its own pull", "parquet-to-clickhouse", Lineitem, Copy, Results.Figure.ServerCpu, 0.9, Pull),
        new("CPU of mover and server of that in its own pull", "parquet-to-clickhouse", Lineitem, Copy, Results.Figure.Cpu, 1.15, Pull),
        new("peak memory of the mover within a budget of 256 MiB, MiB (300 MB)", "memory", null, "256 MiB", Results.Figure.MoverPeak, 286),
        new("wall within 256 MiB of that without a limit", "memory", null, "256 MiB", Results.Figure.Wall, 1.05, "no limit"),
        new("from the command's start to the first row in the server, s", "start", "first row", Copy, Results.Figure.FirstRow, 0.5),
        new("start of the command, s", "start", "--help", "bulkmover --help", Results.Figure.Wall, 0.15),
        new("decoding lineitem on one thread, CPU s of fetching and decoding", "decoding", Lineitem, Own, Results.Figure.Cpu, 1.2),
        new("decoding narrow integers beside ClickHouse's reader", "decoding", "narrow-integers", Own, Results.Figure.Cpu, 1, "ClickHouse"),
        new("decoding wide floats beside ClickHouse's reader", "decoding", "wide-floats", Own, Results.Figure.Cpu, 1, "ClickHouse"),
        new("decoding texts of few values beside ClickHouse's reader", "decoding", "few-texts", Own, Results.Figure.Cpu, 1, "ClickHouse"),
        new("decoding long texts beside ClickHouse's reader", "decoding", "long-texts", Own, Results.Figure.Cpu, 1, "ClickHouse"),
        new("decoding lists beside ClickHouse's reader", "decoding", "lists", Own, Results.Figure.Cpu, 1, "ClickHouse"),
        new("encoding fixed width with its digest, ns a byte (3 GB/s)", "micro", "wide-floats", Encoder, PerByte, 0.333),
        new("encoding texts with their digest, ns a byte (1 GB/s)", "micro", "long-texts", Encoder, PerByte, 1),
    ];

    /// <returns>The worst figure or ratio of the newest runs; null where nothing is measured yet.</returns>
    public (double Value, Conditions Conditions)? Measured(IEnumerable<NewestRun> runs)
    {
        (double Value, Conditions Conditions)? worst = null;
        foreach (Run run in runs.Select(newest => newest.Run).Where(run => run.Scenario == Scenario))
        {
            foreach (double value in Baseline is null ? FiguresOf(run) : RatiosOf(run))
                worst = worst is null || value > worst.Value.Value ? (value, run.Conditions) : worst;
        }

        return worst;
    }

    private IEnumerable<double> FiguresOf(Run run) => run.Series
        .Where(series => IsMeant(series.Subject, series.Contestant) && series.Figures.ContainsKey(Figure))
        .GroupBy(series => series.Subject, series => series.Figures[Figure])
        .Select(values => Spread.Of(values.SelectMany(value => value)).Median);

    private IEnumerable<double> RatiosOf(Run run) => Ratio.Of(run with { Compared = [Figure] })
        .Where(ratio => IsMeant(ratio.Subject, ratio.Contestant) && ratio.Baseline == Baseline)
        .Select(ratio => ratio.Value);

    private bool IsMeant(string subject, string contestant) => (Subject is null || Subject == subject) && Contestant == contestant;
}
