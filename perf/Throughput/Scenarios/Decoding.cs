using BulkMover.Datasets.Engines;
using BulkMover.Throughput.Decoded;
using BulkMover.Throughput.Results;

namespace BulkMover.Throughput.Scenarios;

/// <summary>All rows of Parquet files on one thread, in turns: by our own decoder, and by others.</summary>
/// <param name="datasets">The files, all in one directory.</param>
/// <param name="rounds">Runs of each series.</param>
internal sealed class Decoding(IReadOnlyList<string> datasets, int rounds)
{
    public const string Name = "decoding";

    private const int WarmUps = 3;

    public async Task<Run> RunAsync(CancellationToken cancellationToken)
    {
        var conditions = Conditions.Now(string.Join("; ", datasets.Select(Conditions.Of)));
        await using Engine server = await Engine.StartScratchAsync(Path.GetDirectoryName(datasets[0])!, cancellationToken);
        using var duckDb = new DuckDbReader();
        var all = new List<Series>();
        foreach (string dataset in datasets)
            all.AddRange(await MeasureAsync(dataset, duckDb, server, cancellationToken));
        return new Run(
            Name, conditions,
            ["All columns are read, on one thread; CPU s of fetching and decoding.", $"ClickHouse: `{ServerRead.QueryOf(datasets[0])}`"],
            [Figure.Cpu], all);
    }

    private async Task<IEnumerable<Series>> MeasureAsync(string dataset, DuckDbReader duckDb, Engine server, CancellationToken cancellationToken)
    {
        (string Name, Func<Task<DecodedRead>> ReadAsync)[] decoders =
        [
            ("our own", () => DecodedRead.MeasureAsync(dataset, onlyNative: false, cancellationToken)),
            ("Arrow C++ in our scan", () => DecodedRead.MeasureAsync(dataset, onlyNative: true, cancellationToken)),
            ("ParquetSharp", () => ParquetSharpRead.MeasureAsync(dataset, cancellationToken)),
            ("DuckDB", () => duckDb.MeasureAsync(dataset)),
            ("ClickHouse", () => ServerRead.MeasureAsync(server, dataset, cancellationToken)),
        ];
        Series[] all = [.. Series.Labels.SelectMany(label => decoders.Select((decoder, place) => new Series(Path.GetFileNameWithoutExtension(dataset), decoder.Name, label, IsBaseline: place > 0)))];
        var rows = new HashSet<long>();
        // The first runs compile the reader, in stages, and fill caches; they are not counted.
        for (int round = -WarmUps; round < rounds; round++)
        {
            foreach (Series series in round % 2 == 0 ? all : all.Reverse())
            {
                DecodedRead run = await Array.Find(decoders, decoder => decoder.Name == series.Contestant).ReadAsync();
                await Console.Error.WriteLineAsync($"{series.Subject}, {series.Contestant}: {run}");
                rows.Add(run.Rows);
                if (round >= 0)
                    series.Add(run.ToFigures());
            }
        }

        return rows.Count == 1 ? all : throw new InvalidOperationException($"The decoders did not read the same number of rows of {dataset}.");
    }
}
