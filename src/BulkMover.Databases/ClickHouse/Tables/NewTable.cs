using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Native;

namespace BulkMover.Databases.ClickHouse.Tables;

/// <summary>The definition of a table that does not exist yet.</summary>
internal static class NewTable
{
    /// <summary>What follows the name in CREATE TABLE, of the staging table and of the target; choices that people should know go to <paramref name="notes"/>.</summary>
    /// <exception cref="InvalidInputException">The engine is none that can be loaded.</exception>
    public static (string Staging, string Target) Define(
        IReadOnlyList<TargetColumn> columns, IReadOnlyList<SortField> sortOrder, ClickHouseTableOptions options, List<string> notes)
    {
        string engine = options.Engine ?? TableEngine.Plain;
        if (!TableEngine.CanBeMade(TableEngine.NameOf(engine)))
        {
            throw new InvalidInputException("clickhouse.engine_unsupported",
                $"--engine {TableEngine.NameOf(engine)} is not supported; choose MergeTree or one of its single-server relatives such as ReplacingMergeTree. A replicated table is made on all its servers first, and then copied into.");
        }

        string list = string.Join(", ", columns.Select(column => $"{ClickHouseName.Quote(column.Name)} {column.Type.TargetType}"));
        string partition = options.PartitionBy is null ? "" : $" PARTITION BY {options.PartitionBy}";
        string order = options.OrderBy ?? SortedAsSource(columns, sortOrder, notes);
        // Most columns of a lake table may be null, and its sort order is a fact about its rows either way.
        string settings = (order.Length > 0 || partition.Length > 0) && list.Contains("Nullable(", StringComparison.Ordinal)
            ? " SETTINGS allow_nullable_key = 1" : "";
        return (Of(TableEngine.Plain), Of(engine));

        string Of(string name) => $"({list}) ENGINE = {name}{partition} ORDER BY ({order}){settings}";
    }

    /// <summary>The source's order up to the first column that cannot be a key here.</summary>
    private static string SortedAsSource(IReadOnlyList<TargetColumn> columns, IReadOnlyList<SortField> sortOrder, List<string> notes)
    {
        var keys = new List<string>();
        foreach (SortField field in sortOrder)
        {
            TargetColumn? column = columns.FirstOrDefault(column => column.Name == field.Column);
            if (column is null || SourceType.Storage(column.Type.Field.DataType) is Apache.Arrow.Types.NestedType)
            {
                notes.Add($"The source is sorted by '{field.Column}' too, which cannot be part of a key here.");
                break;
            }

            if (field.Descending)
                notes.Add($"The source is sorted by '{field.Column}' downwards; the table is sorted by it upwards.");
            keys.Add(ClickHouseName.Quote(field.Column));
        }

        return string.Join(", ", keys);
    }

    /// <exception cref="TargetException">Two columns share a name, or one has none: no table can hold them.</exception>
    public static void CheckNames(Schema schema)
    {
        string? twice = schema.FieldsList.GroupBy(field => field.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1)?.Key;
        if (twice is not null)
            throw new TargetException("clickhouse.column_twice", $"The source has two columns '{twice}', and a ClickHouse table holds one. Rename one in the source.");
        if (schema.FieldsList.Count == 0 || schema.FieldsList.Any(field => field.Name.Length == 0))
            throw new TargetException("clickhouse.column_unnamed", "The source has no columns, or one without a name, which no ClickHouse table can hold. Choose columns with --columns.");
    }
}
