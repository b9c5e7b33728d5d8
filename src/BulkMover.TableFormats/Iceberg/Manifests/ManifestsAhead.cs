using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Avro;
using BulkMover.TableFormats.Iceberg.Partitions;

namespace BulkMover.TableFormats.Iceberg.Manifests;

/// <summary>
/// Gives the files of manifests in the order of the manifests. Some are read ahead side by side; each may run ahead by a bounded number of
/// files, so that memory does not grow with the table.
/// </summary>
/// <param name="store">Where the table lies.</param>
/// <param name="isWanted">False for a manifest that is not read.</param>
/// <param name="open">Makes the reader of a manifest from its file.</param>
/// <param name="mightMatch">False for a file that is left out. Called by several threads.</param>
internal sealed class ManifestsAhead(
    IObjectStore store, Func<OpenManifest, bool> isWanted, Func<OpenManifest, AvroFileReader, ManifestReader> open, Func<DataFile, PartitionSpec, bool> mightMatch)
{
    /// <summary>Manifests in flight: enough to hide an object store's round trips, few enough to cost some ten megabytes.</summary>
    private const int Ahead = 8;

    /// <summary>Files are handed over some at a time: waking up another thread costs more than decoding one.</summary>
    private const int FilesPerBatch = 64;

    /// <summary>One is worked on, one waits: more would only grow old in memory.</summary>
    private const int BatchesAheadPerManifest = 1;

    /// <exception cref="Core.Errors.CorruptTableException">A manifest is missing or broken.</exception>
    public async IAsyncEnumerable<(OpenManifest Manifest, IReadOnlyList<DataFile> Files)> ReadAsync(
        IAsyncEnumerable<OpenManifest> manifests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = new Queue<Reading>();
        try
        {
            await foreach (OpenManifest manifest in manifests.WithCancellation(stopping.Token))
            {
                if (!isWanted(manifest))
                    continue;
                ahead.Enqueue(Start(manifest, stopping.Token));
                if (ahead.Count < Ahead)
                    continue;
                await foreach (IReadOnlyList<DataFile> files in ahead.Peek().Files.ReadAllAsync(stopping.Token))
                    yield return (ahead.Peek().Manifest, files);
                await ahead.Dequeue().Ending;
            }

            for (; ahead.Count > 0; await ahead.Dequeue().Ending)
            {
                await foreach (IReadOnlyList<DataFile> files in ahead.Peek().Files.ReadAllAsync(stopping.Token))
                    yield return (ahead.Peek().Manifest, files);
            }
        }
        finally
        {
            await stopping.CancelAsync();
            await Task.WhenAll(ahead.Select(reading => reading.Ending));
        }
    }

    private Reading Start(OpenManifest manifest, CancellationToken cancellationToken)
    {
        var files = Channel.CreateBounded<IReadOnlyList<DataFile>>(
            new BoundedChannelOptions(BatchesAheadPerManifest) { SingleReader = true, SingleWriter = true });
        return new Reading(manifest, files.Reader, Task.Run(() => ReadAsync(manifest, files.Writer, cancellationToken), CancellationToken.None));
    }

    /// <summary>Never fails itself: the error goes to whoever drains the channel.</summary>
    private async Task ReadAsync(OpenManifest manifest, ChannelWriter<IReadOnlyList<DataFile>> files, CancellationToken cancellationToken)
    {
        try
        {
            await using AvroFileReader file = await AvroFileReader.OpenAsync(store, manifest.Location, manifest.File.Length, cancellationToken);
            var batch = new List<DataFile>(FilesPerBatch);
            await foreach (DataFile found in open(manifest, file).ReadAsync(cancellationToken))
            {
                if (!mightMatch(found, manifest.Spec))
                    continue;
                batch.Add(found);
                if (batch.Count < FilesPerBatch)
                    continue;
                await files.WriteAsync(batch, cancellationToken);
                batch = new List<DataFile>(FilesPerBatch);
            }

            if (batch.Count > 0)
                await files.WriteAsync(batch, cancellationToken);
            files.Complete();
        }
        catch (Exception error)
        {
            files.Complete(error);
        }
    }

    private sealed record Reading(OpenManifest Manifest, ChannelReader<IReadOnlyList<DataFile>> Files, Task Ending);
}
