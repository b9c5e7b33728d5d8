using BulkMover.Datasets.Engines;
using BulkMover.Throughput.Pruned;
using BulkMover.Throughput.Results;

namespace BulkMover.Throughput.Scenarios;

/// <summary>What page indexes and bloom filters spare where they help, and what they cost where they do not.</summary>
/// <param name="plain">The lineitem table without either.</param>
/// <param name="indexed">The same rows in pages with a page index.</param>
/// <param name="rounds">Runs of each file.</param>
internal sealed class Pruning(string plain, string indexed, int rounds)
{
    public const string Name = "pruning";

    private const string Without = "without", With = "with";

    public async Task<Run> RunAsync(CancellationToken cancellationToken)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("bulkmover-pruning-");
        try
        {
            string withBloom = Path.Combine(directory.FullName, "bloom.parquet"), withoutBloom = Path.Combine(directory.FullName, "none.parquet");
            string held = await WriteAsync(withoutBloom, withBloom, cancellationToken);
            PrunedContestant[] contestants =
            [
                new("page index, 1 row in 1,000 of the sorted column", plain, indexed, "l_orderkey between 2000000 and 2006000"),
                new("page index, half of the sorted column", plain, indexed, "l_orderkey < 3000000"),
                new("page index, in vain: every page may hold it", plain, indexed, "l_partkey = 100000"),
                new("bloom filters, a text of one row", withoutBloom, withBloom, $"l_comment = '{held}'"),
                new("bloom filters, in vain: every row group holds it", withoutBloom, withBloom, "l_shipmode = 'barge'"),
            ];
            var conditions = Conditions.Now(Conditions.Of(plain));
            Series[] all = [.. contestants.SelectMany(contestant => Series.Labels.SelectMany(label => (Series[])
                [new(contestant.Name, With, label, IsBaseline: false), new(contestant.Name, Without, label, IsBaseline: true)]))];
            // The first run compiles the reader and is not counted.
            for (int round = -1; round < rounds; round++)
            {
                foreach (PrunedContestant contestant in contestants)
                    await RunAsync(contestant, round, [.. all.Where(series => series.Subject == contestant.Name)], cancellationToken);
            }

            return new Run(
                Name, conditions,
                ["The file with a page index has pages of 16,384 rows, those for bloom filters row groups of 100,000.", "All columns are read, on one thread."],
                [Figure.Cpu], all);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task RunAsync(PrunedContestant contestant, int round, Series[] all, CancellationToken cancellationToken)
    {
        long? rows = null;
        foreach (Series series in round % 2 == 0 ? all : all.Reverse())
        {
            PrunedRead run = await PrunedRead.MeasureAsync(series.IsBaseline ? contestant.Without : contestant.With, contestant.Where, cancellationToken);
            await Console.Error.WriteLineAsync($"{contestant.Name}, {series.Contestant}: {run}");
            if (run.Rows != (rows ??= run.Rows))
                throw new InvalidOperationException($"'{contestant.Where}' gives {run.Rows} rows and {rows}: one of the two is wrong.");
            if (round >= 0)
                series.Add(run.ToFigures());
        }
    }

    /// <summary>Both files by the engine, in row groups of 100,000 rows, and a text that one row of them has.</summary>
    private async Task<string> WriteAsync(string withoutBloom, string withBloom, CancellationToken cancellationToken)
    {
        string directory = Path.GetDirectoryName(withBloom)!;
        File.CreateSymbolicLink(Path.Combine(directory, "plain.parquet"), plain);
        await using Engine engine = await Engine.StartScratchAsync(directory, cancellationToken);
        foreach ((string file, int bloom) in new[] { (withoutBloom, 0), (withBloom, 1) })
        {
            await engine.RunAsync(
                $"INSERT INTO FUNCTION file({Engine.Literal(Path.GetFileName(file))}) SELECT * FROM file('plain.parquet')", cancellationToken,
                $"output_format_parquet_write_bloom_filter={bloom}", "output_format_parquet_write_page_index=0", "output_format_parquet_row_group_size=100000",
                "max_threads=1");
        }

        return await engine.RunAsync("SELECT l_comment FROM file('plain.parquet') GROUP BY l_comment HAVING count() = 1 ORDER BY cityHash64(l_comment) LIMIT 1", cancellationToken);
    }
}
