using System.Text.Json.Serialization;
using BulkMover.Core.Targets;

namespace BulkMover.TableFormats.Targets;

/// <summary>A fact about a transfer that the next run needs. One object each, written at once and never changed.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(TransferBegun), "begun")]
[JsonDerivedType(typeof(ChunkArrived), "chunk")]
[JsonDerivedType(typeof(ChunkForgotten), "forgotten")]
[JsonDerivedType(typeof(AllArrived), "arrived")]
[JsonDerivedType(typeof(TransferCompleted), "completed")]
[JsonDerivedType(typeof(TransferGivenUp), "givenUp")]
[JsonDerivedType(typeof(TransferDiscarded), "discarded")]
internal abstract record TransferEntry
{
    /// <summary>Which run wrote it: two runs never write equal entries.</summary>
    public string Run { get; init; } = "";

    /// <summary>When, by that run's clock.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>A run has the transfer: from now on no other one can write here.</summary>
/// <param name="Origin">Where the rows come from.</param>
/// <param name="Mode">What happens with rows that were there.</param>
/// <param name="Schema">Of the rows as they come: a schema message of Arrow IPC.</param>
/// <param name="SortOrder">As <see cref="TargetRequest.SortOrder"/>: names, descending ones with a minus before them.</param>
/// <param name="Settled">As <see cref="TableWrite.Settled"/>.</param>
/// <param name="IsFirst">Nothing of earlier runs counts.</param>
/// <param name="Number">As <see cref="TableCommit.Number"/>.</param>
internal sealed record TransferBegun(
    TransferOrigin Origin, CopyMode Mode, byte[] Schema, IReadOnlyList<string> SortOrder, string Settled, bool IsFirst, long Number) : TransferEntry
{
    /// <summary>As <see cref="TargetRequest.PartitionTerms"/>.</summary>
    public IReadOnlyList<string> PartitionTerms { get; init; } = [];

    /// <summary>As <see cref="TargetRequest.PartitionNames"/>.</summary>
    public IReadOnlyDictionary<string, string> PartitionNames { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>As <see cref="TransferRecord.SourceRows"/>.</summary>
    public long? SourceRows { get; init; }
}

/// <summary>All rows of a chunk are in files that are whole.</summary>
/// <param name="Chunk">Its number.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Tasks">What tells its scan tasks.</param>
/// <param name="Files">Where its rows are.</param>
internal sealed record ChunkArrived(long Chunk, long Rows, byte[] Tasks, IReadOnlyList<FileEntry> Files) : TransferEntry;

/// <summary>In place of a chunk's entry that nobody needs any more: were it removed, a run that is behind could take its number.</summary>
internal sealed record ChunkForgotten : TransferEntry;

/// <summary>All chunks have arrived, and their files are there.</summary>
/// <param name="Rows">Rows of all chunks.</param>
internal sealed record AllArrived(long Rows) : TransferEntry;

/// <summary>Readers see all rows. It repeats what is told of a transfer, so that the entries before it need not be read.</summary>
/// <param name="Rows">How many the transfer brought.</param>
/// <param name="Chunks">In how many chunks.</param>
internal sealed record TransferCompleted(long Rows, long Chunks) : TransferEntry
{
    /// <summary>As <see cref="TransferRecord.Origin"/>; null in an entry that repeats nothing, of an earlier version.</summary>
    public TransferOrigin? Origin { get; init; }

    /// <summary>As <see cref="TransferRecord.Mode"/>.</summary>
    public CopyMode Mode { get; init; }

    /// <summary>As <see cref="TransferRecord.BegunAt"/>.</summary>
    public DateTimeOffset BegunAt { get; init; }

    /// <summary>As <see cref="TransferRecord.SourceRows"/>.</summary>
    public long? SourceRows { get; init; }

    /// <summary>The commit that made them visible; null where nothing tells it.</summary>
    public TableVersion? Made { get; init; }

    /// <summary>What is told of the transfer.</summary>
    public TransferRecord Record(TransferId transfer, string table, TransferOrigin origin) =>
        new(transfer, table, origin, Mode, IsComplete: true, Chunks, Rows, BegunAt, At) { SourceRows = SourceRows };
}

/// <summary>Nobody will go on with it: before its files are removed.</summary>
internal sealed record TransferGivenUp : TransferEntry;

/// <summary>Nothing of what was before counts, or is left: after its files were removed.</summary>
internal sealed record TransferDiscarded : TransferEntry;

/// <summary>A <see cref="WrittenFile"/> as the ledger keeps it; values as <see cref="ScalarText"/> has them.</summary>
internal sealed record FileEntry(
    string Path, long Bytes, long Rows, IReadOnlyList<string?> Partition, IReadOnlyList<LeafEntry> Columns, IReadOnlyList<long> RowGroupOffsets)
{
    /// <summary>As <see cref="WrittenFile.Deletes"/>.</summary>
    public WrittenDeletes? Deletes { get; init; }
}

/// <summary>A column of a <see cref="FileEntry"/>.</summary>
internal sealed record LeafEntry(IReadOnlyList<string> Path, int? FieldId, long Bytes, long Values, long? Nulls, string? Lower, string? Upper)
{
    /// <summary>As <see cref="FileFormats.Parquet.LeafMetrics.Nans"/>.</summary>
    public long? Nans { get; init; }
}

[JsonSerializable(typeof(TransferEntry))]
[JsonSourceGenerationOptions(UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class TransferJson : JsonSerializerContext;
