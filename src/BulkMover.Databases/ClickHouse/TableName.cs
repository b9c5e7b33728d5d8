using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse;

/// <summary>A table and its database; both may hold any characters.</summary>
public readonly record struct TableName(string Database, string Table)
{
    /// <summary>As SQL writes it.</summary>
    public string Sql => $"{ClickHouseName.Quote(Database)}.{ClickHouseName.Quote(Table)}";

    /// <summary>For people.</summary>
    public override string ToString() => $"{Database}.{Table}";
}
