using System.Runtime.CompilerServices;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Parquet;

namespace BulkMover.TableFormats.ParquetDirectories;

/// <summary>Reads the footers of many files, some at a time, and yields them in the files' order.</summary>
internal static class FooterPass
{
    // Enough to hide the latency of a store that is far; each holds a footer, 64 KiB or more.
    private const int InFlight = 64;

    public static async IAsyncEnumerable<(ParquetFile File, ParquetFooter Footer)> ReadAsync(
        IObjectStore store, IAsyncEnumerable<ParquetFile> files, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = new Queue<(ParquetFile File, Task<ParquetFooter> Footer)>();
        try
        {
            await foreach (ParquetFile file in files.WithCancellation(cancellationToken))
            {
                if (reading.Count == InFlight)
                    yield return await NextAsync(reading);
                reading.Enqueue((file, Task.Run(
                    () => ParquetFooter.ReadAsync(store, file.Object.Location, file.Object.Bytes, stopping.Token), stopping.Token)));
            }

            while (reading.Count > 0)
                yield return await NextAsync(reading);
        }
        finally
        {
            // After a failure the others are stopped and waited for; their outcome no longer matters.
            await stopping.CancelAsync();
            await Task.WhenAll(reading.Select(item => (Task)item.Footer)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<(ParquetFile, ParquetFooter)> NextAsync(Queue<(ParquetFile File, Task<ParquetFooter> Footer)> reading)
    {
        (ParquetFile file, Task<ParquetFooter> footer) = reading.Dequeue();
        return (file, await footer);
    }
}
