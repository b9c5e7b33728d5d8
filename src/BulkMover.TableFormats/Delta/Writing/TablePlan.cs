using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Shaping;
using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.Delta.Schemas;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>What the next version of a table will be, whatever files come into it.</summary>
/// <param name="Write">How its files are written.</param>
/// <param name="Protocol">Of the next version.</param>
/// <param name="Metadata">Of the next version; without an id where the table is new.</param>
/// <param name="Before">The version that it follows; null where the table is new.</param>
internal sealed record TablePlan(TableWrite Write, TableProtocol Protocol, TableMetadata Metadata, LatestVersion? Before)
{
    private const string DeletionVectorsProperty = "delta.enableDeletionVectors";

    /// <param name="request">What is asked.</param>
    /// <param name="before">The table; null when there is none.</param>
    /// <param name="table">Its directory.</param>
    /// <param name="partitionBy">Names of partition columns that are asked for; null for as the table is, or where it is new as the source where that can be.</param>
    /// <exception cref="TargetException">The rows have no equal or do not fit.</exception>
    /// <exception cref="UnsupportedFeatureException">The table asks of its writers what is not done.</exception>
    public static TablePlan Of(TargetRequest request, LatestVersion? before, Location table, IReadOnlyList<string>? partitionBy)
    {
        if (before is not null)
        {
            new WriterRequirements(before, request).ThrowUnlessMet(table);
            before.ThrowIfUnreadable(table);
        }

        return before switch
        {
            null => New(request, partitionBy ?? KeptPartitions.Of(request, PartitionPlan.Fits)),
            _ when request.Mode == CopyMode.Replace => Replaced(request, before, partitionBy ?? KeptBy(request, before)),
            _ => Appended(request, before, partitionBy),
        };
    }

    /// <summary>The version as it has to be to have files with deletion vectors (PROTOCOL.md, "Deletion Vectors").</summary>
    /// <param name="table">For the message.</param>
    /// <exception cref="TargetException">The table must not have them any more.</exception>
    public TablePlan WithDeletionVectors(Location table)
    {
        if (Write.Deletes is null)
        {
            throw new TargetException("delta.table_changed",
                $"'{table}' must not have deletion vectors any more ({DeletionVectorsProperty}), and files of the copy have some. Nothing was changed in the table; run the command with --restart to copy again.");
        }

        bool isSet = Metadata.Configuration?.ContainsKey(DeletionVectorsProperty) == true;
        return this with
        {
            Protocol = TableProtocols.With(Protocol, TableProtocols.DeletionVectors),
            Metadata = isSet ? Metadata : Metadata with { Configuration = new(Metadata.Configuration ?? []) { [DeletionVectorsProperty] = "true" } },
        };
    }

    /// <summary>The table's partitions where the copy has those columns too, else what can be kept of the source's.</summary>
    private static IReadOnlyList<string> KeptBy(TargetRequest request, LatestVersion before) =>
        before.Metadata.PartitionColumns is { Count: > 0 } columns && columns.All(name => request.Schema.FieldsList.Any(field => field.Name == name))
            ? columns
            : KeptPartitions.Of(request, PartitionPlan.Fits);

    private static TablePlan New(TargetRequest request, IReadOnlyList<string> partitionBy)
    {
        var metadata = new TableMetadata { Format = new("parquet"), PartitionColumns = partitionBy, Configuration = [] };
        IReadOnlyList<Field> rows = RowsOf(request);
        return WithColumns(request, rows, MappingOf(request, rows, null), metadata, null, "make the table");
    }

    private static TablePlan Replaced(TargetRequest request, LatestVersion before, IReadOnlyList<string> partitionBy)
    {
        const string Removes = "remove all files that were there";
        IReadOnlyList<Field> rows = RowsOf(request);
        bool isAlike = SchemaText.Of(rows) == SchemaText.Of(before.Schema.Arrow.FieldsList.Select(WithoutMapping))
            && partitionBy.SequenceEqual(before.Metadata.PartitionColumns ?? [], StringComparer.Ordinal);
        // A table goes on as it is, also one that does not map names while the source does: its readers may not know that.
        return isAlike
            ? Make(request, before.Schema.Arrow.FieldsList, before.Metadata, before.Protocol, before, before.Mapping, Removes)
            : WithColumns(request, rows, MappingOf(request, rows, before), before.Metadata with { PartitionColumns = partitionBy }, before, "give the table the columns of the copy", Removes);
    }

    private static TablePlan Appended(TargetRequest request, LatestVersion before, IReadOnlyList<string>? partitionBy)
    {
        IReadOnlyList<string> partitions = before.Metadata.PartitionColumns ?? [];
        if (partitionBy is not null && !partitionBy.SequenceEqual(partitions, StringComparer.Ordinal))
        {
            throw new TargetException("delta.partition_layouts_differ",
                $"The table is partitioned by ({string.Join(", ", partitions)}), and --partition-by says ({string.Join(", ", partitionBy)}). Leave it out to write as the table is.");
        }

        MappedColumns? mapped = before.Mapping == ColumnMappingMode.None ? null : new MappedColumns(request.Transfer, MaxIdOf(before));
        AppendedRows fit = AppendedRows.Of(request.Schema, before.Schema.Arrow, mapped);
        TableMetadata metadata = fit.Added.Count == 0 ? before.Metadata : before.Metadata with
        {
            SchemaString = SchemaText.With(before.Metadata.SchemaString!, fit.Added),
            Configuration = mapped is null ? before.Metadata.Configuration : Properties(before.Metadata, before.Mapping, mapped.MaxId),
        };
        string? step = fit.Added.Count == 0 ? null : $"add columns {string.Join(", ", fit.Added.Select(field => field.Name))} to the table";
        return Make(request, fit.Rows, metadata, before.Protocol, before, before.Mapping, step);
    }

    /// <summary>How the columns of a table that gets those of the copy are found: as the table's before, or the source's, and by name where they could not be called so otherwise.</summary>
    private static ColumnMappingMode MappingOf(TargetRequest request, IReadOnlyList<Field> rows, LatestVersion? before) => (before?.Mapping, ColumnMapping.ModeOf(request.Schema)) switch
    {
        (not (null or ColumnMappingMode.None) and var mode, _) => mode.Value,
        (_, not ColumnMappingMode.None and var mode) => mode,
        _ => rows.Any(column => RowTypes.FindUnfit(column) is not null) ? ColumnMappingMode.Name : ColumnMappingMode.None,
    };

    private static int MaxIdOf(LatestVersion before) =>
        IdsOf(before.Schema.Arrow.FieldsList).Append(ColumnMapping.MaxIdOf(before.Metadata)).Max();

    private static TablePlan WithColumns(
        TargetRequest request, IReadOnlyList<Field> rows, ColumnMappingMode mapping, TableMetadata metadata, LatestVersion? before, params string[] steps)
    {
        TableProtocol protocol = before?.Protocol ?? TableProtocols.Plain;
        if (mapping != ColumnMappingMode.None)
        {
            var mapped = new MappedColumns(request.Transfer, before is null ? 0 : MaxIdOf(before));
            rows = mapped.Keep(request.Schema, rows, before is { Mapping: not ColumnMappingMode.None } ? before.Schema.Arrow.FieldsList : null);
            metadata = metadata with { Configuration = Properties(metadata, mapping, mapped.MaxId) };
            protocol = TableProtocols.With(protocol, ColumnMapping.Feature);
            steps[0] += $", with column mapping by {ColumnMapping.TextOf(mapping)}";
        }

        return Make(request, rows, metadata with { SchemaString = SchemaText.Of(rows) }, protocol, before, mapping, steps);
    }

    private static Dictionary<string, string?> Properties(TableMetadata metadata, ColumnMappingMode mapping, int maxId) => new(metadata.Configuration ?? [])
    {
        [ColumnMapping.ModeProperty] = ColumnMapping.TextOf(mapping),
        [ColumnMapping.MaxIdProperty] = maxId.ToString(CultureInfo.InvariantCulture),
    };

    private static HashSet<int> IdsOf(IEnumerable<Field> columns) => [.. columns.SelectMany(RowTypes.Named).Select(field => field.FieldId()).OfType<int>()];

    private static Field WithoutMapping(Field column) => FieldTree.Rebuild(column, leaf => new Field(leaf.Name, leaf.DataType, leaf.IsNullable));

    private static IReadOnlyList<Field> RowsOf(TargetRequest request)
    {
        RowTypes.ThrowIfNamesCollide(request.Schema.FieldsList);
        return [.. request.Schema.FieldsList.Select(RowTypes.Of)];
    }

    private static TablePlan Make(TargetRequest request, IReadOnlyList<Field> rows, TableMetadata metadata, TableProtocol protocol, LatestVersion? before, ColumnMappingMode mapping, params string?[] steps)
    {
        var schema = new Schema(rows, null);
        ThrowUnlessConvertible(request, schema);
        IReadOnlyList<PartitionColumn> partitions = PartitionPlan.Of(rows, metadata.PartitionColumns ?? []);
        long version = (before?.Number ?? -1) + 1;
        var write = new TableWrite(
            schema, partitions, [.. request.Schema.FieldsList.Zip(rows, (from, to) => Describe(from, to, partitions))],
            [$"write Parquet files{(partitions.Count == 0 ? "" : $" apart by {string.Join(", ", partitions.Select(column => column.Name))}")} in a directory of the transfer's own, {DeltaDirectory.FilesName}…/",
                .. steps.OfType<string>(), $"commit version {version} or the next that is free"],
            [])
        {
            LeavesPartitionColumnsOut = true,
            Matching = mapping == ColumnMappingMode.Id ? ColumnMatching.WrittenFieldId : ColumnMatching.Name,
            ColumnIds = mapping == ColumnMappingMode.Id ? IdsOf([.. rows, .. before?.Schema.Arrow.FieldsList ?? []]) : new HashSet<int>(),
            AdoptsFilesWithoutIds = mapping != ColumnMappingMode.Id,
            FillsMissingColumns = true,
            CheckPartition = PartitionPlan.ThrowIfEmpty,
            Deletes = MayKeepDeletes(request, before) ? new DeletionVectorFile() : null,
            Settled = Settle(rows, metadata.PartitionColumns ?? []),
        };
        return new TablePlan(write, FieldTree.All(rows).Any(field => field.DataType is TimestampType { Timezone: null or "" }) ? TableProtocols.With(protocol, TableProtocols.TimestampNtz) : protocol, metadata, before);
    }

    private static void ThrowUnlessConvertible(TargetRequest request, Schema rows)
    {
        try
        {
            BatchConversion.Of(request.Origin.Source, request.Schema, rows);
        }
        catch (CorruptTableException error)
        {
            throw new TargetException("delta.column_differs", $"{error.Message} Leave the column out with --columns, or copy into another table.", error);
        }
    }

    /// <summary>How files are written: what the first run has found must hold for the others. Columns that others add meanwhile do not count.</summary>
    private static string Settle(IReadOnlyList<Field> rows, IReadOnlyList<string> partitions) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{SchemaText.Of(rows)}\n{string.Join('\n', partitions)}")));

    /// <summary>
    /// "Writers must only write new Deletion Vectors when this property is set to true". To a table that stays itself the feature is not given: its other
    /// readers and writers may not know it.
    /// </summary>
    private static bool MayKeepDeletes(TargetRequest request, LatestVersion? before) => before is null
        || (before.Protocol.Requires(TableProtocols.DeletionVectors) && before.IsSet(DeletionVectorsProperty, "true"))
        || (request.Mode == CopyMode.Replace && before.Property(DeletionVectorsProperty) is null);

    private static ColumnPlan Describe(Field from, Field to, IReadOnlyList<PartitionColumn> partitions) => new(
        from.Name, SourceType.Describe(from), SchemaText.Describe(to.DataType),
        partitions.Any(column => column.Name == to.Name) ? "Its values are in the log, as text, and not in files." : Difference(from, to));

    private static string? Difference(Field from, Field to) => (from.DataType, to.DataType) switch
    {
        (FixedSizeBinaryType, StringType) => "A UUID arrives as its text.",
        (TimestampType { Unit: TimeUnit.Nanosecond }, _) => "Delta keeps microseconds; a value that needs more is refused.",
        _ => LakeTypes.Difference(from),
    };
}
