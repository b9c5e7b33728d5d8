using System.Globalization;
using System.Text;
using BulkMover.Datasets.Engines;
using BulkMover.Throughput.Measuring;
using BulkMover.Throughput.Pruned;
using BulkMover.Throughput.Reports;

namespace BulkMover.Throughput.Scenarios;

/// <summary>What page indexes and bloom filters spare where they help, and what they cost where they do not.</summary>
/// <param name="plain">The lineitem table without either.</param>
/// <param name="indexed">The same rows in pages with a page index.</param>
/// <param name="rounds">Runs of each file.</param>
internal sealed class Pruning(string plain, string indexed, int rounds)
{
    public const string Name = "pruning";

    private const double MiB = 1024 * 1024;

    /// <returns>The section to append to the results page.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
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
            Conditions conditions = Conditions.Now(Conditions.OfFile(plain));
            // The first run compiles the reader and is not counted.
            for (int round = -1; round < rounds; round++)
            {
                foreach (PrunedContestant contestant in contestants)
                    await RunAsync(contestant, round, cancellationToken);
            }

            return Section(conditions, contestants);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task RunAsync(PrunedContestant contestant, int round, CancellationToken cancellationToken)
    {
        string[] files = [contestant.Without, contestant.With];
        int[] order = round % 2 == 0 ? [0, 1] : [1, 0];
        var runs = new PrunedRead[2];
        foreach (int side in order)
            runs[side] = await PrunedRead.MeasureAsync(files[side], contestant.Where, cancellationToken);
        if (runs[0].Rows != runs[1].Rows)
            throw new InvalidOperationException($"'{contestant.Where}' gives {runs[0].Rows} rows and {runs[1].Rows}: one of the two is wrong.");
        await Console.Error.WriteLineAsync($"{contestant.Name}: {runs[0]} | {runs[1]}");
        for (int side = 0; round >= 0 && side < 2; side++)
            contestant.Runs[side].Add(runs[side]);
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

    private string Section(Conditions conditions, IEnumerable<PrunedContestant> contestants)
    {
        var text = new StringBuilder();
        text.Append(Invariant($"\n## {conditions.Date}, commit {conditions.Commit}\n\n"));
        text.Append(Invariant($"Machine: {conditions.Machine}; load before: {conditions.Load}.  \n"));
        text.Append(Invariant($"Dataset: {conditions.Dataset}; in the page cache. The file with a page index has pages of 16,384 rows, those for bloom filters row groups of 100,000.  \n"));
        text.Append(Invariant($"All columns are read, on one thread. n = {rounds}, in turns; median (least–most).\n\n"));
        text.Append("| | rows | decoded rows without | with | MiB fetched without | with | requests without | with | CPU s without | with |\n|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (PrunedContestant contestant in contestants)
            text.Append(Row(contestant));
        return text.ToString();
    }

    private static string Row(PrunedContestant contestant)
    {
        PrunedRead without = contestant.Runs[0][0], with = contestant.Runs[1][0];
        string Cpu(int side) => Spread.Of(contestant.Runs[side].Select(run => run.CpuSeconds)).ToString("F2");
        return Invariant($"| {contestant.Name} | {without.Rows:N0} | {without.DecodedRows:N0} | {with.DecodedRows:N0} | {without.FetchedBytes / MiB:F1} | {with.FetchedBytes / MiB:F1} ")
            + Invariant($"| {without.Requests} | {with.Requests} | {Cpu(0)} | {Cpu(1)} |\n");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
