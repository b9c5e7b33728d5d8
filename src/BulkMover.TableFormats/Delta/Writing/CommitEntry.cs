using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.Delta.Log;
using BulkMover.TableFormats.Partitions;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>
/// The log entry of one commit: for one table before it, the same bytes at every try, so that after an answer that was lost the entry is known as one's own.
/// </summary>
/// <param name="plan">What the version is to be.</param>
/// <param name="commit">What comes into it.</param>
internal sealed class CommitEntry(TablePlan plan, TableCommit commit)
{
    private readonly long at = commit.At.ToUnixTimeMilliseconds();

    /// <summary>Of the table from this version on.</summary>
    public TableMetadata Metadata => plan.Before is null ? plan.Metadata with { Id = NewId(), CreatedTime = at } : plan.Metadata;

    /// <summary>Whose transactions tell of the commits of a transfer.</summary>
    public static string ApplicationOf(TransferId transfer) => $"bulkmover-{transfer}";

    /// <param name="store">Where the log lies.</param>
    /// <param name="lines">Gets the actions.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public async Task WriteAsync(IObjectStore store, LogLines lines, CancellationToken cancellationToken)
    {
        // Where it has the time, readers look for it in the first line only.
        long? inCommit = await InCommitTimestampAsync(store, cancellationToken);
        lines.Add("commitInfo"u8, this, (json, entry) => entry.WriteProvenance(json, inCommit));
        if (plan.Protocol != plan.Before?.Protocol)
            lines.Add("protocol"u8, plan.Protocol, ActionText.Protocol);
        if (plan.Metadata != plan.Before?.Metadata)
            lines.Add("metaData"u8, Metadata, ActionText.Metadata);
        lines.Add("txn"u8, new WriterAction.Transaction(ApplicationOf(commit.Request.Transfer), commit.Number, at), ActionText.Transaction);
        if (plan.Before is { } before && commit.Request.Mode == CopyMode.Replace)
            await RemoveAllAsync(before, lines, cancellationToken);
        await AddAllAsync(lines, cancellationToken);
    }

    private async Task AddAllAsync(LogLines lines, CancellationToken cancellationToken)
    {
        using var statistics = new StatisticsWriter(StatisticsColumn.Of(FileMaker.SchemaOf(commit.Write).FieldsList, plan.Metadata.Configuration));
        await foreach (WrittenFile file in commit.Files(cancellationToken))
        {
            var values = new Actions.PartitionValues();
            for (int i = 0; i < commit.Write.Partitions.Count; i++)
                values.Add(commit.Write.Schema.FieldsList[commit.Write.Partitions[i].Source].PhysicalName(), PartitionValue.Write(file.Partition[i]));
            var add = new AddFile
            {
                Path = DeltaPath.Write(file.Path),
                PartitionValues = values,
                Size = file.Bytes,
                ModificationTime = at,
                Stats = statistics.Write(file),
                DeletionVector = file.Deletes is { } deletes ? DeletionVectorFile.Describe(deletes) : null,
            };
            lines.Add("add"u8, add, ActionText.Add);
        }
    }

    private async Task RemoveAllAsync(LatestVersion before, LogLines lines, CancellationToken cancellationToken)
    {
        await foreach (IEnumerable<LiveFile> files in before.Replay.LiveFilesAsync([], cancellationToken))
        {
            foreach (LiveFile file in files)
                lines.Add("remove"u8, (file.Add, at), ActionText.Remove);
        }
    }

    /// <summary>Later than that of the version before; null where the table does not keep them.</summary>
    private async Task<long?> InCommitTimestampAsync(IObjectStore store, CancellationToken cancellationToken) =>
        plan.Before is { } before && before.WriterFeatures.Contains("inCommitTimestamp") && before.IsSet("delta.enableInCommitTimestamps", "true")
            ? Math.Max(at, (await before.InCommitTimestampAsync(store, cancellationToken) ?? 0) + 1)
            : null;

    private void WriteProvenance(Utf8JsonWriter json, long? inCommit)
    {
        if (inCommit is { } time)
            json.WriteNumber("inCommitTimestamp"u8, time);
        json.WriteNumber("timestamp"u8, at);
        json.WriteString("operation"u8, "WRITE"u8);
        json.WriteStartObject("operationParameters"u8);
        json.WriteString("mode"u8, commit.Request.Mode switch
        {
            CopyMode.Append => "Append",
            CopyMode.Replace => "Overwrite",
            _ => "ErrorIfExists",
        });
        json.WriteString("partitionBy"u8, PartitionBy());
        json.WriteEndObject();
        json.WriteBoolean("isBlindAppend"u8, commit.Request.Mode != CopyMode.Replace);
        json.WriteStartObject("operationMetrics"u8);
        json.WriteString("numOutputRows"u8, commit.Rows.ToString(CultureInfo.InvariantCulture));
        json.WriteEndObject();
        // For people: whose history the rows have had before.
        json.WriteString("userMetadata"u8, $"copy of {commit.Request.Origin.Source}, snapshot {commit.Request.Origin.Snapshot}");
        json.WriteString("engineInfo"u8, "BulkMover"u8);
    }

    private string PartitionBy()
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, PlainJson.Writing))
        {
            json.WriteStartArray();
            foreach (string name in plan.Metadata.PartitionColumns ?? [])
                json.WriteStringValue(name);
            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>Of the table: another transfer, or the same one begun anew, makes another table.</summary>
    private string NewId()
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{commit.Request.Transfer}-{commit.Number}-{commit.At.UtcTicks}");
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16)).ToString();
    }
}
