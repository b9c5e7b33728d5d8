using System.Globalization;
using System.Text;
using BulkMover.Throughput.Decoded;
using BulkMover.Throughput.Measuring;
using BulkMover.Throughput.Reports;

namespace BulkMover.Throughput.Scenarios;

/// <summary>All rows of a Parquet file on one thread, decoded by our own decoder and by Arrow C++ in turns.</summary>
/// <param name="dataset">The file.</param>
/// <param name="rounds">Runs of each series.</param>
internal sealed class Decoding(string dataset, int rounds)
{
    public const string Name = "decoding";

    /// <summary>Each contestant twice: what its two series differ by is the machine's doing.</summary>
    private readonly (string Name, bool OnlyNative, List<DecodedRead> Runs)[] series =
        [("our own A", false, []), ("Arrow C++ A", true, []), ("our own B", false, []), ("Arrow C++ B", true, [])];

    /// <returns>The section to append to the results page.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        Conditions conditions = Conditions.Now(Conditions.OfFile(dataset));
        // The first run compiles the reader and is not counted.
        for (int round = -1; round < rounds; round++)
        {
            foreach ((string name, bool onlyNative, List<DecodedRead> runs) in round % 2 == 0 ? series : series.Reverse())
            {
                DecodedRead run = await DecodedRead.MeasureAsync(dataset, onlyNative, cancellationToken);
                await Console.Error.WriteLineAsync($"{name}: {run}");
                if (round >= 0)
                    runs.Add(run);
            }
        }

        return Section(conditions);
    }

    private string Section(Conditions conditions)
    {
        var text = new StringBuilder();
        text.Append(Invariant($"\n## {conditions.Date}, commit {conditions.Commit}\n\n"));
        text.Append(Invariant($"Machine: {conditions.Machine}; load before: {conditions.Load}.  \n"));
        text.Append(Invariant($"Dataset: {conditions.Dataset}; in the page cache.  \n"));
        text.Append(Invariant($"All columns are read, on one thread. n = {rounds}, in turns; median (least–most).\n\n"));
        text.Append("| decoder | rows | CPU s decoding | CPU s fetching |\n|---|---|---|---|\n");
        foreach ((string name, _, List<DecodedRead> runs) in series)
        {
            text.Append(Invariant(
                $"| {name} | {runs[0].Rows:N0} | {Spread.Of(runs.Select(run => run.DecodeSeconds)).ToString("F2")} | {Spread.Of(runs.Select(run => run.FetchSeconds)).ToString("F2")} |\n"));
        }

        return text.ToString();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
