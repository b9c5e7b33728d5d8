using System.Text;
using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse;

/// <summary>A table and its database; both may hold any characters.</summary>
public readonly record struct TableName(string Database, string Table)
{
    /// <summary>As SQL writes it.</summary>
    public string Sql => $"{ClickHouseName.Quote(Database)}.{ClickHouseName.Quote(Table)}";

    /// <summary>
    /// Whether so many more characters have room: a file name holds 255 bytes, and the server makes one of both names, an id of 36 and six
    /// more characters when the table is dropped.
    /// </summary>
    public bool HasRoomFor(int more) => EscapedBytes(Database) + EscapedBytes(Table) + more <= 255 - 36 - 6;

    /// <summary>For people.</summary>
    public override string ToString() => $"{Database}.{Table}";

    /// <summary>ClickHouse writes every byte but letters, digits and _ of a name as %XX in file names.</summary>
    private static int EscapedBytes(string name) =>
        Encoding.UTF8.GetBytes(name).Sum(b => char.IsAsciiLetterOrDigit((char)b) || b == '_' ? 1 : 3);
}
