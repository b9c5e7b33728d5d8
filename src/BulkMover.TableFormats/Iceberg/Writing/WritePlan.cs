using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Iceberg.Schemas;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>Plans how rows are written for a table.</summary>
/// <param name="request">What is asked.</param>
/// <param name="options">How a new table is made.</param>
/// <param name="root">The table's directory.</param>
internal sealed class WritePlan(TargetRequest request, IcebergWriteOptions options, Location root)
{
    private static readonly IReadOnlyDictionary<string, string> NoNames = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    private readonly List<string> notes = [];

    /// <summary>There is no table.</summary>
    /// <param name="address">Where it will lie, as its metadata will say.</param>
    public TableWrite New(string address)
    {
        IReadOnlyList<TypedColumn> typed = ColumnTypes.Of(request.Schema, FormatVersions.OfNewTables);
        IReadOnlyList<Field> columns = FieldNumbers.OfNewTable([.. typed.Select(column => column.Field)]);
        var schema = new IcebergSchema(0, new Schema(columns, null), []);
        PartitionSpec spec = options.PartitionBy is { } wanted
            ? PartitionTerms.Parse(wanted, schema, NoNames)
            : PartitionTerms.Parse(KeptPartitions(schema), schema, request.PartitionNames);
        var settled = new SettledTable(address, columns, [], spec, SpecJson.SortFields(request.SortOrder, columns));
        return Write(settled, schema, typed, filled: [],
        [
            $"A new Iceberg table of format version {FormatVersions.OfNewTables} is made at '{root}'{(spec.Fields.Count == 0 ? "" : $", partitioned by {string.Join(", ", Terms(spec, schema))}")}.",
        ]);
    }

    /// <summary>There is a table that can be written.</summary>
    /// <exception cref="TargetException">The rows do not fit it.</exception>
    public TableWrite Into(TableState state)
    {
        IcebergSchema schema = state.Metadata.CurrentSchema;
        PartitionSpec spec = state.Metadata.DefaultSpec;
        if (options.PartitionBy is { } wanted && !Values(PartitionTerms.Parse(wanted, schema, NoNames)).SequenceEqual(Values(spec)))
        {
            throw new TargetException("iceberg.partitions_differ",
                $"'{root}' is partitioned by {(spec.IsUnpartitioned ? "nothing" : string.Join(", ", Terms(spec, schema)))}, and not by {(wanted.Count == 0 ? "nothing" : string.Join(", ", wanted))}. Leave the option out to write it as it is.");
        }

        IReadOnlyList<TypedColumn> typed = ColumnTypes.Of(request.Schema, state.Metadata.FormatVersion);
        var defaults = new WriteDefaults(schema, root.ToString());
        SchemaFit fit = SchemaFit.Of([.. typed.Select(column => column.Field)], schema, defaults, state.LastColumnId, root.ToString());
        var settled = new SettledTable(state.Location, [.. fit.Columns, .. fit.Filled], [.. fit.New.Select(column => column.FieldId()!.Value)], spec, SortFields: null, state.Metadata.FormatVersion)
        {
            Defaults = SettledTable.DefaultsOf(fit.Filled, defaults),
        };
        bool isFoundByNames = !state.Metadata.Properties.TryGetValue(NameMapping.Property, out string? mapping) || NameMapping.IsOfOwnNames(mapping, fit.Columns);
        if (!isFoundByNames && request.Adoption is not null)
            notes.Add("The table's name mapping does not lead from the names of all columns to just those: files without field ids are decoded.");
        return Write(settled, schema, typed, fit.Filled,
        [
            .. fit.New.Select(column => $"The table gets the column '{column.Name}', {SchemaJson.Describe(column)}."),
            .. fit.Filled.Select(column => $"The column '{column.Name}', which the rows lack, is filled with {(column.InitialDefault() is null ? "nulls" : "the table's default")}."),
        ]) with
        {
            AdoptsFilesWithoutIds = isFoundByNames,
        };
    }

    private IReadOnlyList<string> KeptPartitions(IcebergSchema schema)
    {
        IReadOnlyList<string> kept = PartitionTerms.Kept(request.PartitionTerms, schema);
        if (kept.Count < request.PartitionTerms.Count)
            notes.Add($"The source is also partitioned by {string.Join(", ", request.PartitionTerms.Except(kept))}, which is not copied.");
        return kept;
    }

    private TableWrite Write(SettledTable settled, IcebergSchema schema, IReadOnlyList<TypedColumn> typed, IReadOnlyList<Field> filled, IEnumerable<string> steps)
    {
        string end = request.Mode == CopyMode.Replace ? "its files are replaced at once" : "the files are added at once";
        return new TableWrite(
            new Schema(settled.Columns, null),
            [.. settled.Spec.Fields.Select(field => Partition(field, settled.Columns, schema)).OfType<PartitionColumn>()],
            [.. typed.Zip(settled.Columns, (column, written) => Plan(column, written))],
            [.. steps, $"Parquet files are written below '{root.Combine(IcebergTarget.DataDirectory)}'; with one snapshot {end}."],
            notes)
        {
            Matching = ColumnMatching.FieldId,
            FillsMissingColumns = true,
            HasSmallestDecimals = true,
            Filled = filled,
            Deletes = settled.FormatVersion >= FormatVersions.WithRowIds ? new DeletionVectorsWriter(settled.Address) : new PositionDeletesWriter(settled.Address),
            Settled = settled.ToString(),
        };
    }

    /// <summary>Null for what is always null: void, and values of a column that the rows lack.</summary>
    private static PartitionColumn? Partition(PartitionField field, IReadOnlyList<Field> columns, IcebergSchema schema)
    {
        int source = columns.ToList().FindIndex(column => column.FieldId() == field.SourceId);
        return source >= 0 && field.ResultType(schema) is { } type ? new PartitionColumn(field.Name, source, field.Transform, type) : null;
    }

    private ColumnPlan Plan(TypedColumn column, Field written)
    {
        Field source = request.Schema.GetFieldByName(written.Name);
        (Field Source, Field Written)[] pairs = [.. Pairs(source, written)];
        bool refusesNulls = pairs.Any(pair => pair.Source.IsNullable && !pair.Written.IsNullable);
        string[] differences = [.. pairs.Select(pair => OfUnits(pair.Source.DataType, pair.Written.DataType)).Distinct().Append(column.Difference).Append(refusesNulls ? "A null is refused." : null).OfType<string>()];
        return new ColumnPlan(written.Name, SourceType.Describe(source), SchemaJson.Describe(written), differences.Length == 0 ? null : string.Join(' ', differences));
    }

    private static string? OfUnits(IArrowType source, IArrowType written) => (source, written) switch
    {
        (TimestampType { Unit: TimeUnit.Nanosecond }, TimestampType { Unit: TimeUnit.Microsecond }) => "Timestamps are held to the microsecond: one with smaller parts is refused.",
        (TimestampType from, TimestampType to) when from.Unit != to.Unit =>
            $"Timestamps are held in {(to.Unit == TimeUnit.Nanosecond ? "nanoseconds" : "microseconds")}: one too far from 1970 for that is refused.",
        _ => null,
    };

    /// <summary>The field and all below it, beside what they are written as. Keys are never null, whatever their field says.</summary>
    private static IEnumerable<(Field Source, Field Written)> Pairs(Field source, Field written)
    {
        (Field Source, Field Written)[] inside = (source.DataType, written.DataType) switch
        {
            (MapType from, MapType to) => [(new Field(from.KeyField.Name, from.KeyField.DataType, nullable: false), to.KeyField), (from.ValueField, to.ValueField)],
            (StructType from, StructType to) => [.. from.Fields.Zip(to.Fields)],
            (ListType from, ListType to) => [(from.ValueField, to.ValueField)],
            (LargeListType from, ListType to) => [(from.ValueField, to.ValueField)],
            (FixedSizeListType from, ListType to) => [(from.ValueField, to.ValueField)],
            _ => [],
        };
        return inside.SelectMany(pair => Pairs(pair.Source, pair.Written)).Prepend((source, written));
    }

    private static IEnumerable<(int SourceId, TransformKind Kind, int Parameter)> Values(PartitionSpec spec) => spec.Fields
        .Where(field => field.Transform.Kind != TransformKind.Void).Select(field => (field.SourceId, field.Transform.Kind, field.Transform.Parameter));

    private static IEnumerable<string> Terms(PartitionSpec spec, IcebergSchema schema) => spec.Fields
        .Where(field => field.Transform.Kind != TransformKind.Void).Select(field => PartitionTerms.Text(field, schema) ?? field.Name);
}
