using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.Engine.Metrics;
using BulkMover.Engine.Transfers;
using BulkMover.Engine.Tuning;

namespace BulkMover.Cli.Reports;

/// <summary>For scripts: one JSON object a line, each with its <c>event</c>; what people read goes to <paramref name="people"/> as well.</summary>
public sealed class JsonReport(TextWriter output, TextReport people) : IReport
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Report(string value) => Write("note", new JsonObject { ["message"] = value });

    public void Starting(CopyOutline outline) => Planned(outline);

    public void Planned(CopyOutline outline)
    {
        Write("planned", new JsonObject
        {
            ["from"] = outline.From,
            ["snapshot"] = outline.Snapshot.Id,
            ["files"] = outline.Survey.Files,
            ["rows"] = outline.Survey.Rows,
            ["bytes"] = outline.Survey.Bytes,
            ["adoptableFiles"] = outline.Survey.AdoptableFiles,
            ["adoptableBytes"] = outline.Survey.AdoptableBytes,
            ["to"] = outline.To,
            ["mode"] = outline.Target?.Request.Mode.ToString().ToLowerInvariant(),
            ["transfer"] = outline.Target?.Request.Transfer.Value,
            ["earlier"] = outline.Target?.Earlier is { } earlier ? Transfer(earlier) : null,
            ["columns"] = outline.Target is null ? null : Array(outline.Target.Columns, Column),
            ["steps"] = outline.Target is null ? null : Array(outline.Target.Steps, step => step),
            ["notes"] = Array(outline.Notes, note => note),
        });
    }

    public void Inspected(TableOutline outline)
    {
        ITableSnapshot snapshot = outline.Snapshot;
        Write("inspected", new JsonObject
        {
            ["table"] = outline.Name,
            ["format"] = outline.Format,
            ["snapshot"] = snapshot.Id,
            ["files"] = outline.Survey?.Files,
            ["rows"] = outline.Survey?.Rows,
            ["bytes"] = outline.Survey?.Bytes,
            ["columns"] = Array(snapshot.Schema.FieldsList, field => new JsonObject
            {
                ["name"] = field.Name,
                ["type"] = SourceType.Describe(field),
                ["required"] = !field.IsNullable,
                ["fieldId"] = field.FieldId(),
            }),
            ["metadataColumns"] = Array(snapshot.MetadataColumns, field => new JsonObject { ["name"] = field.Name, ["type"] = SourceType.Describe(field) }),
            ["partitionColumns"] = Array(snapshot.PartitionColumns, column => column),
            ["sortOrder"] = Array(snapshot.SortOrder, sort => new JsonObject { ["column"] = sort.Column, ["descending"] = sort.Descending }),
            ["snapshots"] = Array(outline.Snapshots, Snapshot),
            ["features"] = Array(snapshot.Features, Feature),
            ["readable"] = outline.Refusal is null,
            ["refusal"] = outline.Refusal is { } refusal ? Error(refusal) : null,
            ["notes"] = Array(snapshot.Notes, note => note),
        });
    }

    public void Listed(IReadOnlyList<FeatureList> formats)
    {
        foreach (FeatureList format in formats)
        {
            foreach (TableFeature feature in format.Features)
            {
                JsonObject fields = Feature(feature);
                fields.Insert(0, "format", format.Format);
                Write("feature", fields);
            }
        }
    }

    public void Listed(IReadOnlyList<TransferRecord> transfers)
    {
        foreach (TransferRecord transfer in transfers)
            Write("transfer", Transfer(transfer));
    }

    public async Task FollowAsync(Task work, Func<TransferProgress> progress)
    {
        while (await Task.WhenAny(work, Task.Delay(TimeSpan.FromSeconds(1))) != work)
            Write("progress", Progress(progress()));
        await work;
    }

    public void Finished(CopyResult result)
    {
        // "skipped" counts rows that an earlier run had brought.
        Write("finished", new JsonObject
        {
            ["rows"] = result.Rows,
            ["bytes"] = result.BytesWritten,
            ["bytesRead"] = result.BytesRead,
            ["seconds"] = Math.Round(result.Seconds, 3),
            ["skipped"] = result.SkippedRows,
            ["retries"] = result.Retries,
            ["adoptedFiles"] = result.AdoptedFiles,
            ["adoptedBytes"] = result.AdoptedBytes,
            ["verified"] = result.IsVerified,
            ["peakMemoryBytes"] = result.PeakLeasedBytes,
            ["readers"] = result.Readers,
            ["writers"] = result.Writers,
            ["bottleneck"] = result.Bottleneck,
        });
    }

    public void Compared(Comparison comparison, TimeSpan took)
    {
        WriteDifferences(comparison);
        Write("finished", new JsonObject
        {
            ["rows"] = comparison.Source.Rows,
            ["targetRows"] = comparison.Target.Rows,
            ["seconds"] = Math.Round(took.TotalSeconds, 3),
            ["verified"] = comparison.IsEqual,
        });
    }

    public void Tuned(TuningResult result, string? plot)
    {
        foreach (Sample sample in result.Degrees)
            Write("point", Point(sample, "degrees"));
        foreach (Sample sample in result.Blocks)
            Write("point", Point(sample, "blocks"));
        Write("point", Point(result.SelfTuned, "selfTuned"));
        Write("finished", new JsonObject
        {
            ["options"] = result.Options,
            ["readers"] = result.Best.Readers,
            ["writers"] = result.Best.Writers,
            ["blockRows"] = result.Best.BlockRows,
            ["rowsPerSecond"] = Math.Round(result.Best.RowsPerSecond),
            ["selfTunedShare"] = result.SelfTunedShare is { } share ? Math.Round(share, 3) : null,
            ["short"] = result.IsShort,
            ["plot"] = plot,
        });
    }

    public void Failed(BulkMoverException error)
    {
        people.Failed(error);
        if (error is RowsDifferException { Comparison: var comparison })
            WriteDifferences(comparison);
        JsonObject failure = Error(error);
        failure["exitCode"] = error.ExitCode;
        Write("failed", failure);
    }

    public void Crashed(Exception error)
    {
        people.Crashed(error);
        Write("failed", new JsonObject { ["code"] = "us.bug", ["side"] = "us", ["message"] = error.Message, ["exitCode"] = 1 });
    }

    public void Stopped(bool isResumed)
    {
        people.Stopped(isResumed);
        Write("stopped", new JsonObject { ["exitCode"] = 130 });
    }

    private void WriteDifferences(Comparison comparison)
    {
        foreach (Difference difference in comparison.Differences)
        {
            Write("difference", new JsonObject
            {
                ["place"] = difference.Place,
                ["chunks"] = Array(difference.Chunks, number => number),
                ["files"] = Array(difference.Files, file => file),
                ["rows"] = difference.Source.Rows,
                ["targetRows"] = difference.Target.Rows,
                ["columns"] = Array(ColumnDifference.Of(comparison.Columns, difference), column => new JsonObject
                {
                    ["name"] = column.Name,
                    ["nulls"] = column.Nulls,
                    ["targetNulls"] = column.TargetNulls,
                }),
                ["text"] = ColumnDifference.Describe(comparison.Columns, difference),
            });
        }

        foreach (FileDifference file in comparison.Files)
            Write("file", new JsonObject { ["onlyIn"] = file.IsOfSource ? "source" : "target", ["rows"] = file.Rows, ["file"] = file.File });
        foreach (RowDifference row in comparison.Rows)
            Write("row", new JsonObject { ["onlyIn"] = row.IsOfSource ? "source" : "target", ["times"] = row.Times, ["row"] = row.Row, ["file"] = row.File });
    }

    private void Write(string name, JsonObject fields)
    {
        fields.Insert(0, "event", name);
        output.WriteLine(fields.ToJsonString(Compact));
        output.Flush();
    }

    private static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode?> toJson) => new([.. items.Select(toJson)]);

    private static JsonObject Transfer(TransferRecord transfer) => new()
    {
        ["transfer"] = transfer.Transfer.Value,
        ["table"] = transfer.Table,
        ["from"] = transfer.Origin.Source,
        ["snapshot"] = transfer.Origin.Snapshot,
        ["mode"] = transfer.Mode.ToString().ToLowerInvariant(),
        ["complete"] = transfer.IsComplete,
        ["arrived"] = transfer.IsComplete || transfer.HasArrived,
        ["chunks"] = transfer.Chunks,
        ["rows"] = transfer.Rows,
        ["sourceRows"] = transfer.SourceRows,
        ["begunAt"] = transfer.BegunAt.UtcDateTime.ToString("O"),
        ["lastAt"] = transfer.LastAt.UtcDateTime.ToString("O"),
    };

    private static JsonObject Point(Sample sample, string of) => new()
    {
        ["of"] = of,
        ["readers"] = sample.Readers,
        ["writers"] = sample.Writers,
        ["blockRows"] = sample.BlockRows,
        ["rowsPerSecond"] = Math.Round(sample.RowsPerSecond),
        ["bytesReadPerSecond"] = Math.Round(sample.BytesReadPerSecond),
        ["cpuSecondsPerMillionRows"] = Math.Round(sample.CpuSecondsPerMillionRows, 3),
        ["peakMemoryBytes"] = sample.PeakBytes,
        ["problem"] = sample.Problem,
    };

    private static JsonObject Column(ColumnPlan column) => new()
    {
        ["name"] = column.Name,
        ["sourceType"] = column.SourceType,
        ["targetType"] = column.TargetType,
        ["difference"] = column.Difference,
    };

    private static JsonObject Snapshot(SnapshotSummary snapshot) => new()
    {
        ["id"] = snapshot.Id,
        ["committedAt"] = snapshot.CommittedAt?.UtcDateTime.ToString("O"),
        ["operation"] = snapshot.Operation,
        ["refs"] = Array(snapshot.Refs, name => name),
    };

    private static JsonObject Feature(TableFeature feature) => new()
    {
        ["name"] = feature.Name,
        ["state"] = feature.State.ToString().ToLowerInvariant(),
        ["specification"] = feature.Specification,
        ["why"] = feature.Why,
    };

    private static JsonObject Error(BulkMoverException error) => new()
    {
        ["code"] = error.Code,
        ["side"] = error.Side.ToString().ToLowerInvariant(),
        ["message"] = error.Message,
    };

    private static JsonObject Progress(TransferProgress progress) => new()
    {
        ["rows"] = progress.RowsSent,
        ["skipped"] = progress.SkippedRows,
        ["retries"] = progress.Retries,
        ["bytesRead"] = progress.BytesRead,
        ["bytesWritten"] = progress.BytesWritten,
        ["plannedBytes"] = progress.Planned?.Bytes,
        ["plannedBytesDone"] = progress.PlannedBytesDone,
        ["readers"] = progress.Readers,
        ["writers"] = progress.Writers,
        ["seconds"] = Math.Round(progress.Elapsed.TotalSeconds, 1),
        ["secondsLeft"] = progress.TimeLeft is { } left ? Math.Round(left.TotalSeconds, 1) : null,
    };
}
