using System.Globalization;
using System.Text;
using BulkMover.Datasets.Engines;
using BulkMover.Throughput.Decoded;
using BulkMover.Throughput.Reports;

namespace BulkMover.Throughput.Scenarios;

/// <summary>All rows of Parquet files on one thread: by our own decoder, by Arrow C++, and by ClickHouse's reader, in turns.</summary>
/// <param name="datasets">The files, all in one directory.</param>
/// <param name="rounds">Runs of each series.</param>
internal sealed class Decoding(IReadOnlyList<string> datasets, int rounds)
{
    public const string Name = "decoding";

    private const int WarmUps = 3;

    private const string Own = "our own", Native = "Arrow C++", Server = "ClickHouse";

    /// <returns>The section to append to the results page.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        Conditions conditions = Conditions.Now(string.Join("; ", datasets.Select(Conditions.OfFile)));
        await using Engine server = await Engine.StartScratchAsync(Path.GetDirectoryName(datasets[0])!, cancellationToken);
        var text = new StringBuilder();
        text.Append(Invariant($"\n## {conditions.Date}, commit {conditions.Commit}\n\n"));
        text.Append(Invariant($"Machine: {conditions.Machine}; load before: {conditions.Load}.  \n"));
        text.Append(Invariant($"Datasets: {conditions.Dataset}; in the page cache.  \n"));
        text.Append(Invariant($"`{ServerRead.QueryOf(datasets[0])}`  \n"));
        text.Append(Invariant($"All columns are read, on one thread. CPU s of fetching and decoding; n = {rounds} per series, in turns; median (least–most).\n\n"));
        text.Append("| file | rows | decoder | A | B | of it decoding |\n|---|---|---|---|---|---|\n");
        var verdicts = new StringBuilder("\n");
        foreach (string dataset in datasets)
        {
            DecodedSeries[] all = await MeasureAsync(dataset, server, cancellationToken);
            foreach (IGrouping<string, DecodedSeries> pair in all.GroupBy(series => series.Name))
                text.Append(Invariant($"| {Path.GetFileNameWithoutExtension(dataset)} | {pair.First().Rows:N0} | {pair.Key} | {pair.First().Seconds} | {pair.Last().Seconds} | {pair.First().DecodeSeconds} |\n"));
            verdicts.Append(Verdict(Path.GetFileNameWithoutExtension(dataset), all));
        }

        return text.Append(verdicts).ToString();
    }

    /// <summary>Each contestant twice: what its two series differ by is the machine's doing.</summary>
    private async Task<DecodedSeries[]> MeasureAsync(string dataset, Engine server, CancellationToken cancellationToken)
    {
        DecodedSeries[] all = [.. Enumerable.Range(0, 2).SelectMany(_ => new DecodedSeries[]
        {
            new(Own, () => DecodedRead.MeasureAsync(dataset, onlyNative: false, cancellationToken)),
            new(Native, () => DecodedRead.MeasureAsync(dataset, onlyNative: true, cancellationToken)),
            new(Server, () => ServerRead.MeasureAsync(server, dataset, cancellationToken)),
        })];
        // The first runs compile the reader, in stages, and fill caches; they are not counted.
        for (int round = -WarmUps; round < rounds; round++)
        {
            foreach (DecodedSeries series in round % 2 == 0 ? all : all.Reverse())
            {
                DecodedRead run = await series.RunAsync(isCounted: round >= 0);
                await Console.Error.WriteLineAsync($"{Path.GetFileName(dataset)}, {series.Name}: {run}");
            }
        }

        return all.Select(series => series.Rows).Distinct().Count() == 1
            ? all
            : throw new InvalidOperationException($"The decoders did not read the same number of rows of {dataset}.");
    }

    private static string Verdict(string file, DecodedSeries[] all)
    {
        double floor = all.GroupBy(series => series.Name).Max(pair => Math.Abs((pair.First().Median / pair.Last().Median) - 1));
        return Invariant($"{file}: our own takes {Ratio(Native):F2} × what Arrow C++ takes, {Ratio(Server):F2} × what ClickHouse takes (A/A ±{floor:P0}).  \n");

        double Ratio(string other) => Of(Own) / Of(other);
        double Of(string name) => all.Where(series => series.Name == name).Average(series => series.Median);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
