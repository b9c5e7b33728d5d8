using BulkMover.Core.Errors;

namespace BulkMover.Throughput.Copies;

/// <summary>
/// The settings with which the server pulls fastest. Three decide it: how many threads insert (<c>max_insert_threads</c>, of which the default is one), how many read
/// (<c>max_threads</c>), and how large the blocks are that become parts (<c>min_insert_block_size_rows</c> and <c>_bytes</c>, of which the one that is reached first counts).
/// </summary>
internal static class TunedPull
{
    public const string Name = "server pulls, tuned";

    /// <summary>The server's own sizes: 1,048,449 rows or 256 MiB.</summary>
    private const long Rows = 1_048_449, Bytes = 256 << 20;

    private static readonly int[] Threads = [Environment.ProcessorCount, 2 * Environment.ProcessorCount];

    /// <summary>Of the server's block sizes: smaller ones sort within the processor's cache, larger ones leave fewer parts.</summary>
    private static readonly double[] BlockSizes = [0.25, 1, 4];

    /// <summary>Each point of the grid once; the least wall time is best. Null where the server fails at each of them.</summary>
    public static async Task<IContestant?> FindAsync(Load load, CancellationToken cancellationToken)
    {
        ServerPull? best = null;
        double least = double.PositiveInfinity;
        foreach (ServerPull pull in Grid().Select(settings => new ServerPull(Name, load, settings)))
        {
            try
            {
                CopyMeasurement run = await new FreshServers(load).MeasureAsync(pull, cancellationToken);
                await Console.Error.WriteLineAsync($"{pull.Command}: {run}");
                if (run.WallSeconds < least)
                    (best, least) = (pull, run.WallSeconds);
            }
            catch (BulkMoverException refused)
            {
                await Console.Error.WriteLineAsync($"{pull.Command}: {refused.Message}");
            }
        }

        return best;
    }

    private static IEnumerable<string[]> Grid() =>
        from threads in Threads
        from size in BlockSizes
        select (string[])
        [
            $"max_insert_threads={threads}", $"max_threads={threads}", $"min_insert_block_size_rows={(long)(size * Rows)}", $"min_insert_block_size_bytes={(long)(size * Bytes)}",
        ];
}
