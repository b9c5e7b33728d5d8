using BulkMover.Throughput.Measuring;
using ScottPlot;

namespace BulkMover.Throughput.Results;

/// <summary>A picture of a run: a bar for each contestant of each subject, from the least to the most.</summary>
internal static class Plot
{
    private const int Width = 900, BarHeight = 22, Margins = 90;

    /// <summary>Writes it as SVG, of the figure that tells most.</summary>
    public static void Write(Run run, string path)
    {
        string figure = run.Compared[0];
        var contestants = run.Series.Where(series => series.Figures.ContainsKey(figure))
            .GroupBy(series => (series.Subject, series.Contestant, series.IsBaseline))
            .Select(pair => (pair.Key, Spread: Spread.Of(pair.SelectMany(series => series.Figures[figure])))).ToArray();
        bool isOne = contestants.DistinctBy(one => one.Key.Subject).Count() == 1;
        using var plot = new ScottPlot.Plot();
        var ticks = new List<Tick>();
        var bars = new List<Bar>();
        double place = 0;
        string subject = contestants[0].Key.Subject;
        foreach (((string Subject, string Contestant, bool IsBaseline) key, Spread spread) in contestants)
        {
            // A gap between subjects.
            place -= key.Subject == subject ? 1 : 1.6;
            subject = key.Subject;
            bars.Add(new Bar
            {
                Position = place, Value = spread.Median, Size = 0.8, FillColor = key.IsBaseline ? Colors.LightSlateGray : Colors.SteelBlue, LineWidth = 0,
                Orientation = Orientation.Horizontal,
            });
            ticks.Add(new Tick(place, $"{(isOne ? "" : $"{key.Subject}: ")}{key.Contestant}  {FigureTable.Number(spread.Median)}"));
            plot.Add.Line(spread.Min, place, spread.Max, place).Color = Colors.Black;
        }

        plot.Add.Bars(bars).Horizontal = true;
        foreach (IPlottable line in plot.GetPlottables<ScottPlot.Plottables.LinePlot>().ToArray())
            plot.MoveToFront(line);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. ticks]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.Bottom.Label.Text = figure;
        plot.Axes.SetLimits(0, contestants.Max(one => one.Spread.Max) * 1.15, place - 0.8, -0.2);
        plot.HideGrid();
        plot.SaveSvg(path, Width, Margins + (int)(BarHeight * -place));
    }
}
