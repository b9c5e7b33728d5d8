namespace BulkMover.Throughput.Results;

/// <summary>Runs of one contestant under one label.</summary>
/// <param name="Subject">What it does that with: a file, a table, a filter. Contestants of one subject are compared.</param>
/// <param name="Contestant">Its name.</param>
/// <param name="Label">A or B: two series of the same thing differ by what the machine does on its own, and no smaller difference counts.</param>
/// <param name="IsBaseline">The subject's other contestants are held against it.</param>
internal sealed record Series(string Subject, string Contestant, string Label, bool IsBaseline)
{
    public static IReadOnlyList<string> Labels { get; } = ["A", "B"];

    /// <summary>Values of each figure, by its name, in the order of the runs; see <see cref="Figure"/>.</summary>
    public Dictionary<string, List<double>> Figures { get; init; } = new(StringComparer.Ordinal);

    public void Add(params IEnumerable<(string Figure, double Value)> run)
    {
        foreach ((string figure, double value) in run)
        {
            if (!Figures.TryGetValue(figure, out List<double>? values))
                Figures[figure] = values = [];
            values.Add(value);
        }
    }
}
