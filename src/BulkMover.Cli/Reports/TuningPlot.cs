using System.Globalization;
using BulkMover.Core.Errors;
using BulkMover.Engine.Tuning;
using ScottPlot;
using ScottPlot.MultiplotLayouts;
using SkiaSharp;

namespace BulkMover.Cli.Reports;

/// <summary>What samples have shown, drawn.</summary>
internal static class TuningPlot
{
    private const int Width = 1200;
    private const int Height = 800;

    /// <exception cref="InvalidInputException">The file's name does not end as one that is drawn, or its directory is not there.</exception>
    public static void ThrowIfUnwritable(string? file)
    {
        if (file is null)
            return;
        if (!IsPng(file) && !file.EndsWith(".svg", StringComparison.OrdinalIgnoreCase))
            throw new InvalidInputException("option.invalid", $"--plot {file} is drawn as PNG or SVG: let the name end in .png or .svg.");
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))))
            throw new InvalidInputException("option.invalid", $"--plot {file} is in a directory that is not there. Make it first.");
    }

    /// <param name="file">As <see cref="ThrowIfUnwritable"/> lets pass; null for none.</param>
    /// <param name="result">What is drawn.</param>
    /// <exception cref="EnvironmentException">It cannot be written.</exception>
    public static void Write(string? file, TuningResult result)
    {
        if (file is null)
            return;
        Multiplot plots = Draw(result);
        try
        {
            using FileStream stream = File.Create(file);
            if (IsPng(file))
            {
                using SKSurface surface = SKSurface.Create(new SKImageInfo(Width, Height));
                plots.Render(surface.Canvas, Area());
                using SKImage image = surface.Snapshot();
                using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
                data.SaveTo(stream);
            }
            else
            {
                using SKCanvas canvas = SKSvgCanvas.Create(new SKRect(0, 0, Width, Height), stream);
                plots.Render(canvas, Area());
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException("tune.plot_unwritable", $"The plot cannot be written to '{file}': {error.Message} Name another file with --plot.", error);
        }
    }

    private static bool IsPng(string file) => file.EndsWith(".png", StringComparison.OrdinalIgnoreCase);

    private static PixelRect Area() => new(0, Width, Height, 0);

    private static Multiplot Draw(TuningResult result)
    {
        Sample[] degrees = [.. result.Degrees.OrderBy(sample => sample.Readers)];
        Sample[] blocks = [.. result.Blocks.OrderBy(sample => sample.BlockRows)];
        var plots = new Multiplot { Layout = new Grid(2, 2) };
        plots.AddPlots(4);
        DrawOverReaders(plots.GetPlot(0), "rows a second", degrees, result.SelfTuned, sample => sample.RowsPerSecond);
        DrawOverReaders(plots.GetPlot(1), "CPU seconds per million rows", degrees, result.SelfTuned, sample => sample.CpuSecondsPerMillionRows);
        DrawOverReaders(plots.GetPlot(2), "memory, MB", degrees, result.SelfTuned, sample => sample.PeakBytes / 1e6);
        DrawLines(plots.GetPlot(3), $"rows a second, {result.Best.Readers} readers, {result.Best.Writers} writers", "block rows",
            [.. blocks.Select(sample => Number(sample.BlockRows))], [("fixed", [.. blocks.Select(sample => sample.RowsPerSecond)])], result.SelfTuned.RowsPerSecond);
        return plots;
    }

    private static void DrawOverReaders(Plot plot, string title, Sample[] degrees, Sample selfTuned, Func<Sample, double> value)
    {
        int[] readers = [.. degrees.Select(sample => sample.Readers).Distinct()];
        DrawLines(plot, title, "readers", [.. readers.Select(Number)],
            [.. degrees.GroupBy(sample => sample.Writers).OrderBy(line => line.Key).Select(line => ($"writers: {line.Key}", line.Select(value).ToArray()))], value(selfTuned));
    }

    /// <summary>Lines over places at the same distance, as numbers that double have on paper.</summary>
    private static void DrawLines(Plot plot, string title, string below, string[] places, (string Name, double[] Values)[] lines, double selfTuned)
    {
        double[] at = [.. Enumerable.Range(0, places.Length).Select(place => (double)place)];
        foreach ((string name, double[] values) in lines)
            plot.Add.Scatter(at, values).LegendText = name;
        plot.Add.HorizontalLine(selfTuned, pattern: LinePattern.Dashed).LegendText = "self-tuned";
        plot.ShowLegend(Alignment.LowerRight);

        plot.Title(title);
        plot.XLabel(below);
        plot.Axes.Bottom.SetTicks(at, places);
        plot.Axes.SetLimitsY(0, 1.1 * lines.SelectMany(line => line.Values).Append(selfTuned).Max());
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
