using System.Globalization;
using System.Text.Json;

namespace BulkMover.Datasets.Tests.Allocations;

/// <summary><c>perf/allocations.json</c>: what the hot paths allocated when somebody last looked.</summary>
/// <param name="Margin">
/// How many times the written figure is the limit. 1.25: on one machine figures repeat to the byte, on others batches and pooled arrays may be of other sizes; an object
/// for each batch more stays below it, one for each row is 24 bytes or more.
/// </param>
/// <param name="BytesPerRow">Managed bytes for one row, by path.</param>
internal sealed record AllocationLimits(double Margin, IReadOnlyDictionary<string, double> BytesPerRow)
{
    /// <summary>Below this a figure is none: a single array for all rows.</summary>
    private const double LeastBytesPerRow = 0.01;

    public static AllocationLimits Read() => JsonSerializer.Deserialize<AllocationLimits>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "allocations.json")), JsonSerializerOptions.Web)!;

    /// <returns>What is wrong, and what to do; null when nothing is.</returns>
    public string? Problem(string path, double bytesPerRow)
    {
        if (!BytesPerRow.TryGetValue(path, out double written))
            return string.Create(CultureInfo.InvariantCulture, $"'{path}' has no figure in perf/allocations.json. It allocates {bytesPerRow:F3} bytes a row: write that there.");
        double limit = Margin * Math.Max(written, LeastBytesPerRow);
        return bytesPerRow <= limit ? null : string.Create(CultureInfo.InvariantCulture,
            $"'{path}' allocates {bytesPerRow:F3} managed bytes a row; perf/allocations.json says {written:F3}, and {limit:F3} is the limit. " +
            $"Find what is made for each row or batch (dotnet-trace with the gc-verbose profile shows it) and reuse it; where it is worth it, write the new figure into that file and the reason into the commit.");
    }
}
