using System.Globalization;

namespace BulkMover.Throughput.Measuring;

/// <summary>The median of some runs, and the outermost ones.</summary>
internal sealed record Spread(double Median, double Min, double Max)
{
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }

    /// <summary><c>4.21 (4.10–4.60)</c></summary>
    public string ToString(string format) => string.Create(
        CultureInfo.InvariantCulture, $"{Text(Median, format)} ({Text(Min, format)}–{Text(Max, format)})");

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
