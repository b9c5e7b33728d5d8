using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.TableFormats.Iceberg.Partitions;

namespace BulkMover.TableFormats.Targets;

/// <summary>
/// Tells which data files of the source can be data files of the target as they are: those in which every reader of the target finds just the rows that
/// decoding would give. Whatever is in doubt is decoded. Safe for concurrent use.
/// </summary>
/// <param name="adoption">Where the files are, and how the source reads them.</param>
/// <param name="rows">The source's columns, all of them.</param>
/// <param name="write">How the target is written: a column for each of <paramref name="rows"/>, at the same place.</param>
internal sealed class FileAdoption(Adoption adoption, Schema rows, TableWrite write)
{
    private readonly IReadOnlyList<(Field Source, Field Target, PartitionColumn? Partition)> columns =
        [.. rows.FieldsList.Select((field, place) => (field, write.Schema.FieldsList[place], write.Partitions.FirstOrDefault(column => column.Source == place)))];

    public IObjectStore Source => adoption.Store;

    /// <summary>As far as metadata tell.</summary>
    /// <exception cref="TargetException">It does not, and has to.</exception>
    public static bool MayFit(ScanTask task, TableWrite write, bool isRequired) => ReasonByMetadata(task, write) is not { } reason || (isRequired ? throw DoesNotFit(task, reason) : false);

    /// <summary>Bytes of memory that reading the deleted rows of a file that <see cref="MayFit"/>, and writing them anew, needs at most.</summary>
    public long DeletesBytes(ScanTask task)
    {
        if (task is not { Deletes: { } deletes, Rows: { } rows })
            return 0;
        long keys = deletes.KeyColumns.Count > 0 ? ParquetBatches.KeysBytes(task) + DeletedPositions.PositionBytes(rows) : 0;
        return deletes.Bytes + keys + write.Deletes!.HeldBytes(rows, deletes.Rows ?? rows);
    }

    /// <summary>Reads the file's footer, and which of its rows are deleted: for that, columns by whose values they are.</summary>
    /// <returns>Null when the file has to be decoded.</returns>
    /// <exception cref="TargetException">It has to be decoded, and must not be.</exception>
    /// <exception cref="CorruptTableException">More of its rows are deleted than it has.</exception>
    public async Task<FittingFile?> TryFitAsync(ScanTask task, CancellationToken cancellationToken)
    {
        string? reason = ReasonByMetadata(task, write);
        if (reason is null)
        {
            ParquetFooter footer = await ParquetFooter.ReadAsync(adoption.Store, task, cancellationToken);
            var file = new FileColumns(footer.Schema, rows, adoption.Matching, write);
            reason = ReasonNotTo(task, footer, file);
            if (reason is null && PartitionOf(task, footer, file) is { } partition)
                return new FittingFile(footer, partition, await DeletedAsync(task, footer, cancellationToken));
            reason ??= "its partition is not told by metadata, or its rows are of another one, or of more than one";
        }

        return adoption.IsRequired ? throw DoesNotFit(task, reason) : null;
    }

    private static TargetException DoesNotFit(ScanTask task, string reason) => new("lake.not_adoptable",
        $"'{task.File}' cannot be part of the target as it is: {reason}. Without --adopt require it is decoded and written anew.");

    private static string? ReasonByMetadata(ScanTask task, TableWrite write) => task switch
    {
        { Format: not FileFormat.Parquet } => "it is not Parquet",
        _ when write.Filled.Count > 0 => $"it lacks column '{write.Filled[0].Name}', for which the table has a default",
        { MemberConstants.Count: > 0 } => "the value of a member of a struct is told by the source's metadata",
        _ when UnkeptConstant(task, write) is { } column => IsInMetadata(column),
        _ when UntoldPartition(task, write) is { } partition => $"metadata do not tell what it has in the partition field '{partition.Name}', and bounds of column '{write.Schema.FieldsList[partition.Source].Name}' cannot",
        { Deletes: null } => null,
        { Rows: null } => "some of its rows are deleted, and metadata do not tell how many it has",
        _ when write.Deletes is null => "some of its rows are deleted, and the target's table cannot keep that",
        _ => null,
    };

    /// <summary>A column whose value the source's metadata tell, whatever is in the file, where the target's have no place for it; null when there is none.</summary>
    private static string? UnkeptConstant(ScanTask task, TableWrite write)
    {
        for (int place = 0; task is { ConstantsWin: true, Constants.Count: > 0 } && place < write.Schema.FieldsList.Count; place++)
        {
            string name = write.Schema.FieldsList[place].Name;
            if (task.Constants.ContainsKey(name) && !write.Partitions.Any(column => column.Source == place && column.Transform.Kind == TransformKind.Identity))
                return name;
        }

        return null;
    }

    /// <summary>
    /// What the target is partitioned by and nothing tells of the file; null when there is none. A file could still have one value only in a column of which bounds tell no partition,
    /// or nulls only: that is decoded, so that what is said before the copy is what it does.
    /// </summary>
    private static PartitionColumn? UntoldPartition(ScanTask task, TableWrite write) => write.Partitions.FirstOrDefault(partition =>
        Told(task, write.Schema.FieldsList[partition.Source].Name, partition.Transform) is null && !BoundsMayTell(partition, write.Schema.FieldsList[partition.Source].DataType));

    private static bool BoundsMayTell(PartitionColumn partition, IArrowType type) =>
        partition.Transform.Kind != TransformKind.Bucket && PartitionValues.OfWholeNumber(partition.Transform, type, 0) is not null;

    /// <summary>The partition value that the source's metadata tell; null when they do not.</summary>
    private static Scalar? Told(ScanTask task, string column, Transform transform) => transform.Kind == TransformKind.Identity
        ? task.Constants.GetValueOrDefault(column)
        : task.Transformed.FirstOrDefault(told => told.Column == column && string.Equals(told.Transform, transform.Text, StringComparison.OrdinalIgnoreCase))?.Value;

    private static string IsInMetadata(string column) => $"the value of column '{column}' is told by the source's metadata or its path, and the target is not partitioned by it (--partition-by)";

    private async Task<IEnumerable<long>?> DeletedAsync(ScanTask task, ParquetFooter footer, CancellationToken cancellationToken)
    {
        if (task.Deletes is null)
            return null;
        IDeletedRows marked = await task.Deletes.LoadAsync(cancellationToken);
        // Rows that are deleted by their values are told by position in the target: for that only those columns are decoded.
        if (task.Deletes.KeyColumns.Count > 0)
            marked = await DeletedPositions.OfKeysAsync(marked, ParquetBatches.ReadKeysAsync(adoption.Store, task, rows.FieldsList, footer, adoption.Matching, cancellationToken));
        IEnumerable<long> deleted = DeletedPositions.Of(marked, footer.Rows);
        long count = deleted.LongCount();
        if (task.Deletes.Rows is { } told && told != count)
        {
            throw new CorruptTableException("deletes.beyond_file",
                $"{told:N0} rows of '{task.File}' are deleted by the table's metadata, and {told - count:N0} of them are beyond the {footer.Rows:N0} that it has. Choose another snapshot, or rewrite the table's deletes.");
        }

        return count == 0 ? null : deleted;
    }

    private string? ReasonNotTo(ScanTask task, ParquetFooter footer, FileColumns file)
    {
        if (footer.Features.Any(feature => feature.State == FeatureState.Refused))
            return "it uses what is not read";
        if (footer.FileBytes != task.FileBytes)
            return $"it has {footer.FileBytes:N0} bytes, and {task.FileBytes:N0} by the table's metadata";
        // Its nanoseconds are judged value by value, and not every engine takes it for a timestamp of the table.
        if (footer.RowGroups.SelectMany(rowGroup => rowGroup.Columns).Any(chunk => chunk.Type == PhysicalType.Int96))
            return "it has timestamps in the old form of 96 bits";
        if (footer.HasOptionalKeys)
            return "the keys of its maps are optional, which not every reader takes, and may be null";
        if (write.HasSmallestDecimals && footer.WideDecimal is { } wide)
            return $"decimals of '{wide}' are stored in another type than tables of Iceberg have them in";
        if (task.Rows is { } told && told != footer.Rows)
            return $"it has {footer.Rows:N0} rows, and {told:N0} by the table's metadata";
        if (!file.CanTell)
            return "it has no field ids, and the source no name mapping that tells its columns";
        if (!file.HasIds && write is { Matching: not ColumnMatching.Name, AdoptsFilesWithoutIds: false })
            return write.Matching == ColumnMatching.WrittenFieldId ? "it has no field ids, and the table finds columns by nothing else" : "it has no field ids, and the table's name mapping does not lead to its columns";
        if (write.Matching == ColumnMatching.WrittenFieldId && file.HasAnIdTwice)
            return "it has a field id twice";
        int found = 0;
        foreach ((Field source, Field target, PartitionColumn? partition) in columns)
        {
            Field? field = file.Find(source);
            found += field is null ? 0 : 1;
            if (partition is not null && !IsOfType(source, target))
                return $"partition column '{source.Name}' is {SourceType.Describe(source)}, and {SourceType.Describe(target)} in the target";
            // A value that metadata tell goes before the file's in the one format, and behind it in the other.
            bool isTold = task.Constants.ContainsKey(source.Name) && (task.ConstantsWin || field is null);
            bool isKept = partition?.Transform.Kind == TransformKind.Identity && (write.LeavesPartitionColumnsOut || field is null);
            if (isTold && !isKept)
                return IsInMetadata(source.Name);
            if (isTold || (isKept && write.LeavesPartitionColumnsOut))
            {
                // Under another name it would be a column of its own to readers that find columns by name, and under another id one of the table's others, perhaps.
                if (field is not null && !file.IsFound(field, target))
                    return $"partition column '{source.Name}' has another name or id in it than the target looks for";
                continue;
            }

            if (field is null && !(write.FillsMissingColumns && target.IsNullable && source.InitialDefault() is null && target.InitialDefault() is null))
                return $"it lacks column '{source.Name}'";
            if (field is not null && file.Difference(field, source, target) is { } difference)
                return difference;
            if (field is { IsNullable: true } && !target.IsNullable && footer.Metrics.FirstOrDefault(leaf => leaf.Path[0] == field.Name && leaf.Path.Count == 1) is not { Nulls: 0 })
                return $"column '{source.Name}' may have nulls in it";
        }

        return found < footer.Schema.FieldsList.Count ? "it has columns that are not copied" : null;
    }

    private static bool IsOfType(Field one, Field other) => SourceType.Describe(one) == SourceType.Describe(other);

    private PartitionTuple? PartitionOf(ScanTask task, ParquetFooter footer, FileColumns file)
    {
        var values = new List<Scalar>(write.Partitions.Count);
        foreach (PartitionColumn column in write.Partitions)
        {
            Field source = rows.FieldsList[column.Source];
            Scalar? told = Told(task, source.Name, column.Transform);
            LeafMetrics? leaf = footer.Metrics.FirstOrDefault(one => one.Path.Count == 1 && one.Path[0] == file.Find(source)?.Name);
            var bounds = new PartitionBounds(column, write.Schema.FieldsList[column.Source], leaf);
            if ((told ?? bounds.Value) is not { } value)
                return null;
            // Where the file's own values count, they have to be of that partition: engines have written tuples that are not (of times before 1970, one too late).
            bool isNull = file.Find(source) is null && !task.Constants.ContainsKey(source.Name);
            if (!task.ConstantsWin && (bounds.RuleOut(value) || (isNull && value.Value is not null)))
                return null;
            values.Add(value with { Type = column.Type });
        }

        return new PartitionTuple(values);
    }
}
