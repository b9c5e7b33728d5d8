using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Native;

namespace BulkMover.Databases.ClickHouse.Tables;

/// <summary>Finds the source's columns in a table that exists.</summary>
internal static class TableMatch
{
    /// <summary>The columns to send, by name; what people should know goes to <paramref name="notes"/>.</summary>
    /// <exception cref="TargetException">The table does not fit; the message names all columns that do not.</exception>
    public static IReadOnlyList<TargetColumn> Columns(
        Schema source, ExistingTable table, TableName name, CalendarSupport calendar, List<string> notes)
    {
        IReadOnlyList<TargetColumn> columns = Columns(source, table, name, calendar);
        var byName = table.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        Refuse(source.FieldsList.Where(field => !byName[field.Name].CanBeSent).Select(field => field.Name), "clickhouse.columns_computed",
            $"{name} computes these columns itself", "Leave them out with --columns");

        var sources = source.FieldsList.Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        TableColumn[] others = [.. table.Columns.Where(column => !sources.Contains(column.Name))];
        Refuse(others.Where(column => !column.CanBeLeftOut).Select(column => column.Name), "clickhouse.columns_without_source",
            $"The source has nothing for these columns of {name}, and they have neither a DEFAULT nor room for nulls", "Give each a DEFAULT");
        foreach (TableColumn column in others.Where(column => column.CanBeSent))
            notes.Add($"Column '{column.Name}' of {name} is not in the source and gets its {(column.DefaultKind.Length > 0 ? "default" : "null")}.");

        return columns;
    }

    /// <summary>The columns as they would be sent, whatever other columns the table has.</summary>
    /// <exception cref="TargetException">A column is missing, or cannot hold the source's values.</exception>
    public static IReadOnlyList<TargetColumn> Columns(Schema source, ExistingTable table, TableName name, CalendarSupport calendar)
    {
        var byName = table.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        Refuse(source.FieldsList.Where(field => !byName.ContainsKey(field.Name)).Select(field => field.Name), "clickhouse.columns_missing",
            $"{name} has no column for these of the source", "Add them to the table, or leave them out with --columns");
        return [.. source.FieldsList.Select(field => TargetColumn.For(field, calendar, byName[field.Name].Type))];
    }

    private static void Refuse(IEnumerable<string> columns, string code, string problem, string nextStep)
    {
        string names = string.Join(", ", columns.Select(column => $"'{column}'"));
        if (names.Length > 0)
            throw new TargetException(code, $"{problem}: {names}. {nextStep}.");
    }
}
