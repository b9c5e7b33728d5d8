using System.Globalization;
using System.Text.Json;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Parquet.Writing;
using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.Delta.Log;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>
/// Writes log checkpoints, so that readers need not go through all commits (PROTOCOL.md, "Classic checkpoint", "Checkpoint Schema"). They are an aid: where one
/// could not be complete, or fails, it is left to the table's other writers.
/// </summary>
/// <param name="store">Where the table lies.</param>
/// <param name="table">Its directory.</param>
internal sealed class Checkpoints(IWritableStore store, Location table)
{
    private const long DefaultInterval = 10;

    /// <summary>Actions in memory at a time, of about 1 KB each.</summary>
    private const int RowsOfGroup = 16 * 1024;

    private readonly List<CheckpointAction> held = [];
    private long actions, files;

    /// <param name="version">That was just committed.</param>
    /// <param name="metadata">Its metadata.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public async Task WriteIfDueAsync(long version, TableMetadata metadata, CancellationToken cancellationToken)
    {
        try
        {
            if (version > 0 && version % IntervalOf(metadata) == 0 && await LatestVersion.ReadAsync(store, table, version, cancellationToken) is { } state && CanBeWhole(state))
                await WriteAsync(state, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // The commit is there, and the table is read without: whatever it was, it must not pass for a failure of that.
        }
    }

    private static long IntervalOf(TableMetadata metadata) =>
        long.TryParse(metadata.Configuration?.GetValueOrDefault("delta.checkpointInterval"), NumberStyles.None, CultureInfo.InvariantCulture, out long interval) && interval > 0 ? interval : DefaultInterval;

    /// <summary>What a checkpoint of this kind must have beyond that which is carried over.</summary>
    private static bool CanBeWhole(LatestVersion state) =>
        !state.WriterFeatures.Contains("v2Checkpoint") && !state.IsSet("delta.checkpoint.writeStatsAsStruct", "true") && !state.IsSet("delta.checkpoint.writeStatsAsJson", "false");

    private async Task WriteAsync(LatestVersion state, CancellationToken cancellationToken)
    {
        Location log = table.Combine("_delta_log");
        Location place = log.Combine(string.Create(CultureInfo.InvariantCulture, $"{state.Number:d20}.checkpoint.parquet"));
        if (await store.ExistsAsync(place, cancellationToken))
            return;
        IObjectWriter target = await store.CreateAsync(place, knownBytes: null, cancellationToken);
        await using var writer = new ParquetFileWriter(target, place, CheckpointBatch.Schema, new ParquetWriteOptions { Codec = ParquetCodec.Snappy });
        await foreach (CheckpointAction action in ActionsAsync(state, cancellationToken))
        {
            held.Add(action);
            actions++;
            files += action.Add is null ? 0 : 1;
            if (held.Count == RowsOfGroup)
                await WriteHeldAsync(writer, cancellationToken);
        }

        await WriteHeldAsync(writer, cancellationToken);
        await writer.CompleteAsync(cancellationToken);
        await store.PutAsync(log.Combine("_last_checkpoint"), Hint(state.Number, writer.Bytes), cancellationToken);
    }

    /// <summary>The state of the version (PROTOCOL.md, "Action Reconciliation").</summary>
    private async IAsyncEnumerable<CheckpointAction> ActionsAsync(
        LatestVersion state, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new CheckpointAction { Protocol = state.Protocol };
        yield return new CheckpointAction { Metadata = state.Metadata };
        var told = new StateOfWriters(table, state.Metadata, DateTimeOffset.UtcNow);
        await foreach (IEnumerable<LiveFile> live in state.Replay.LiveFilesAsync(statistics: null, cancellationToken))
        {
            foreach (LiveFile file in live)
            {
                told.Add(file);
                yield return new CheckpointAction { Add = file.Add };
            }
        }

        await foreach (WriterAction action in state.Replay.WriterActionsAsync(cancellationToken))
        {
            if (told.IsPart(action))
                yield return new CheckpointAction { Writer = action };
        }
    }

    private async Task WriteHeldAsync(ParquetFileWriter writer, CancellationToken cancellationToken)
    {
        if (held.Count == 0)
            return;
        using Apache.Arrow.RecordBatch batch = CheckpointBatch.Of(held);
        await writer.WriteRowGroupAsync([batch], cancellationToken);
        held.Clear();
    }

    /// <summary>PROTOCOL.md, "Last Checkpoint File Schema".</summary>
    private byte[] Hint(long version, long bytes)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("version"u8, version);
            json.WriteNumber("size"u8, actions);
            json.WriteNumber("sizeInBytes"u8, bytes);
            json.WriteNumber("numOfAddFiles"u8, files);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
