using System.Globalization;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.Delta.Deletes;
using BulkMover.TableFormats.Delta.Log;
using BulkMover.TableFormats.Delta.Schemas;
using BulkMover.TableFormats.Delta.Statistics;
using BulkMover.TableFormats.Partitions;

namespace BulkMover.TableFormats.Delta;

/// <summary>One version of a Delta table. The log is replayed at every plan: no list of files is kept.</summary>
internal sealed class DeltaSnapshot : ITableSnapshot, IExpiringSnapshot
{
    private readonly IObjectStore store;
    private readonly Location table;
    private readonly LogSegment segment;
    private readonly LogReplay replay;
    private readonly Field[] partitionFields;
    private readonly bool vectorsAllowed;

    private DeltaSnapshot(
        IObjectStore store, Location table, LogSegment segment, LogReplay replay, Schema schema, IReadOnlyList<Field> metadataColumns,
        ColumnMatching matching, Field[] partitionFields, IReadOnlyList<TableFeature> features, bool vectorsAllowed)
    {
        (this.store, this.table, this.segment, this.replay) = (store, table, segment, replay);
        (this.partitionFields, this.vectorsAllowed) = (partitionFields, vectorsAllowed);
        (Id, Schema, MetadataColumns, Matching, Features) =
            (segment.Version.ToString(CultureInfo.InvariantCulture), schema, metadataColumns, matching, features);
        PartitionColumns = [.. partitionFields.Select(field => field.Name)];
        Notes = [.. partitionFields.Where(field => field.DataType is TimestampType { Timezone: not null }).Select(field =>
            $"Values of partition column '{field.Name}' that are written without a time zone are read as UTC.")];
    }

    public string Id { get; }

    /// <remarks>Versions of every table begin with 0.</remarks>
    public required string? TableId { get; init; }

    public Schema Schema { get; }

    public IReadOnlyList<Field> MetadataColumns { get; }

    public ColumnMatching Matching { get; }

    public IReadOnlyList<SortField> SortOrder => [];

    public IReadOnlyList<string> PartitionColumns { get; }

    public IReadOnlyList<TableFeature> Features { get; }

    public IReadOnlyList<string> Notes { get; }

    public required SnapshotRetention? Retention { get; init; }

    /// <param name="store">Where the table lies.</param>
    /// <param name="table">Its directory.</param>
    /// <param name="segment">What makes up the version.</param>
    /// <param name="replacedAt">When the next version was committed; null for the latest.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="CorruptTableException">The log is broken.</exception>
    public static async Task<DeltaSnapshot> OpenAsync(
        IObjectStore store, Location table, LogSegment segment, DateTimeOffset? replacedAt, CancellationToken cancellationToken)
    {
        var log = new LogReplay(store, table, segment);
        (TableProtocol protocol, TableMetadata metadata) = await log.ReadStateAsync(cancellationToken);
        if (protocol is { MinReaderVersion: null or < 0 } or { MinReaderVersion: 3, ReaderFeatures: null } or { MinReaderVersion: < 3, ReaderFeatures.Count: > 0 }
            || protocol.ReaderFeatures?.Contains(null!) == true || protocol.WriterFeatures?.Contains(null!) == true)
        {
            throw new CorruptTableException("delta.protocol_broken",
                $"The protocol action of '{table}' lacks minReaderVersion, lacks readerFeatures at version 3 or has them before, or has a feature without a name. Restore " +
                "the log, or have the table's writer repair it.");
        }

        ColumnMappingMode mapping = ColumnMapping.ModeOf(protocol, metadata);
        DeltaSchema schema = SchemaReader.Read(metadata.SchemaString, mapping, table);
        ColumnMatching matching = mapping == ColumnMappingMode.Id ? ColumnMatching.WrittenFieldId : ColumnMatching.Name;
        Field[] partitions = [.. (metadata.PartitionColumns ?? []).Select(name => FindPartitionField(schema.Arrow, name, table))];
        return new DeltaSnapshot(store, table, segment, log, ColumnMapping.WithProperties(schema.Arrow, mapping, metadata), RowTracking.ColumnsOf(protocol, metadata), matching, partitions,
            TableFeatures.Of(protocol, metadata, schema), protocol.Requires("deletionVectors"))
        {
            TableId = metadata.Id,
            Retention = DeltaRetention.Of(metadata, replacedAt),
        };
    }

    public async IAsyncEnumerable<ScanTask> PlanAsync(Scan scan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        FeatureGate.ThrowIfRefused("delta", table.ToString(), Features);
        Field[] filtered = [.. (scan.Where?.Columns() ?? []).Distinct(StringComparer.Ordinal)
            .Select(name => Schema.GetFieldByName(name)).OfType<Field>().Where(field => !partitionFields.Contains(field) && field.HasStatistics())];
        VersionChecksum? checksum = await VersionChecksum.ReadAsync(store, segment, cancellationToken);
        long files = 0, bytes = 0;
        await foreach (IEnumerable<LiveFile> live in replay.LiveFilesAsync(filtered, cancellationToken))
        {
            foreach ((AddFile add, Location file) in live)
            {
                ThrowIfBroken(add, file, scan.ReadsRowMetadata);
                files++;
                bytes = unchecked(bytes + add.Size!.Value);
                if (TaskOf(add, file, scan.Where, filtered) is { } task)
                    yield return task;
            }
        }

        checksum?.ThrowIfDifferent(files, bytes, table, segment.Version);
    }

    private void ThrowIfBroken(AddFile add, Location file, bool needsRowIds)
    {
        if (add.DeletionVector is not null && !vectorsAllowed)
            throw Broken(file, "has a deletion vector, which the table's protocol does not allow");
        if (add.Size is not >= 0)
            throw Broken(file, "has no size");
        if (needsRowIds && add is not { BaseRowId: not null, DefaultRowCommitVersion: not null })
            throw Broken(file, "has no baseRowId or no defaultRowCommitVersion, though row tracking is enabled");
    }

    /// <summary>Null when no row of the file can match the filter.</summary>
    private ScanTask? TaskOf(AddFile add, Location file, Filter? where, Field[] filtered)
    {
        IReadOnlyDictionary<string, Scalar> constants = ConstantsOf(add, file);
        FileStatistics statistics = add.StatsParsed
            ?? (add.Stats is null ? FileStatistics.Unknown : StatisticsJson.Parse(add.Stats, filtered));
        if (where is not null && !FilterPruning.MightMatch(where, column => constants.TryGetValue(column, out Scalar? constant)
                ? ColumnStatistics.OfConstant(constant, statistics.Rows)
                : statistics.Columns.GetValueOrDefault(column)))
        {
            return null;
        }

        return new ScanTask(file, add.Size!.Value, statistics.Rows, constants, ConstantsWin: true)
        {
            FirstRowId = add.BaseRowId,
            LastChange = add.DefaultRowCommitVersion,
            Deletes = add.DeletionVector is null ? null : new DeltaDeletes(store, table, file, statistics.Rows, add.DeletionVector),
        };
    }

    private static Field FindPartitionField(Schema schema, string name, Location table) =>
        schema.FieldsList.FirstOrDefault(field => field.Name == name) is { DataType: not NestedType } field && !field.IsVariant()
            ? field
            : throw new CorruptTableException("delta.partition_column_unknown",
                $"'{table}' is partitioned by '{name}', which is no column of a simple type in its schema. Restore the log's metaData action.");

    private IReadOnlyDictionary<string, Scalar> ConstantsOf(AddFile add, Location file) =>
        add.PartitionValues is { } values ? values.Constants ??= ParseConstants(values, file) : ParseConstants([], file);

    /// <summary>"Values for all partition columns present in the schema MUST be present for all files in the table."</summary>
    private Dictionary<string, Scalar> ParseConstants(PartitionValues values, Location file)
    {
        var constants = new Dictionary<string, Scalar>(partitionFields.Length, StringComparer.Ordinal);
        foreach (Field field in partitionFields)
        {
            if (!values.TryGetValue(field.PhysicalName(), out string? text))
                throw Broken(file, $"has no value for partition column '{field.Name}'");

            // "An empty string for any type translates to a null partition value."
            Scalar constant = string.IsNullOrEmpty(text)
                ? new Scalar(field.DataType, null)
                : PartitionValue.Parse(text, field.DataType)
                    ?? throw Broken(file, $"has '{text}' for partition column '{field.Name}', which is no {field.DataType.Name}");
            if (constant.IsNull && !field.IsNullable)
                throw Broken(file, $"has null for partition column '{field.Name}', which must not be null");
            constants[field.Name] = constant;
        }

        // The column is in no file then, and would be null without a word where a log has lost its partitionColumns.
        if (values.Count > constants.Count && Schema.FieldsList.FirstOrDefault(field => !constants.ContainsKey(field.Name) && values.ContainsKey(field.PhysicalName())) is { } stray)
            throw Broken(file, $"has a value for partition column '{stray.Name}', by which the table is not partitioned");
        return constants;
    }

    private CorruptTableException Broken(Location file, string what) =>
        new("delta.action_broken",
            $"File '{file}' in version {Id} of '{table}' {what}. Choose an earlier version with --snapshot, or have the table's writer repair it.");
}
