namespace BulkMover.Databases.ClickHouse.Tables;

/// <summary>A table as the server describes it.</summary>
/// <param name="Engine">Name of the engine.</param>
/// <param name="PartitionKey">Expression as the server writes it; empty for none.</param>
/// <param name="Keys">Its partition, primary, sorting and sampling key and its settings, as they follow ENGINE in CREATE TABLE.</param>
/// <param name="HasTtl">Rows or columns go away with time.</param>
/// <param name="Dependents">Names of views over it; empty for none.</param>
/// <param name="Rows">Number of rows now.</param>
/// <param name="Identity">Stays with the data when a table is renamed or exchanged.</param>
/// <param name="SortingColumns">Columns that its sorting key uses.</param>
/// <param name="Columns">In the table's order.</param>
/// <param name="Replica">What the server has of a replicated table; null for one that is only here.</param>
internal sealed record ExistingTable(
    string Engine, string PartitionKey, string Keys, bool HasTtl, string Dependents, long Rows, string Identity, IReadOnlyList<string> SortingColumns, IReadOnlyList<TableColumn> Columns,
    Replica? Replica);

/// <param name="Name">Name.</param>
/// <param name="Type">As the server writes it.</param>
/// <param name="DefaultKind">DEFAULT, MATERIALIZED, ALIAS, EPHEMERAL, or empty.</param>
internal sealed record TableColumn(string Name, string Type, string DefaultKind)
{
    /// <summary>A value can be sent for it and is kept.</summary>
    public bool CanBeSent => DefaultKind is "" or "DEFAULT";

    /// <summary>The table itself says what it holds when nothing is sent.</summary>
    public bool CanBeLeftOut => DefaultKind.Length > 0 || Type.StartsWith("Nullable(", StringComparison.Ordinal)
        || Type.StartsWith("LowCardinality(Nullable(", StringComparison.Ordinal);
}
