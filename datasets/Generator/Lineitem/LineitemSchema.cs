using ParquetSharp;
using ParquetSharp.Schema;

namespace BulkMover.Datasets.Lineitem;

/// <summary>The sixteen columns; nothing is null. The order is the one in which <see cref="LineitemWriter"/> writes them.</summary>
internal static class LineitemSchema
{
    private static readonly (string Name, LogicalType Logical, PhysicalType Physical, string Iceberg)[] Columns =
    [
        Plain("l_orderkey", PhysicalType.Int64, "long"), Plain("l_partkey", PhysicalType.Int64, "long"), Plain("l_suppkey", PhysicalType.Int64, "long"), Plain("l_linenumber", PhysicalType.Int32, "int"),
        Money("l_quantity"), Money("l_extendedprice"), Money("l_discount"), Money("l_tax"),
        Text("l_returnflag"), Text("l_linestatus"), Date("l_shipdate"), Date("l_commitdate"), Date("l_receiptdate"), Text("l_shipinstruct"), Text("l_shipmode"), Text("l_comment"),
    ];

    public static GroupNode Create(bool hasFieldIds) => new(
        "schema", Repetition.Required,
        [.. Columns.Select((column, place) => new PrimitiveNode(column.Name, Repetition.Required, column.Logical, column.Physical, fieldId: hasFieldIds ? place + 1 : -1))]);

    /// <summary>The columns as Iceberg's metadata lists them.</summary>
    public static string IcebergFields { get; } = string.Join(',', Columns.Select((column, place) =>
        $$"""{"id":{{place + 1}},"name":"{{column.Name}}","required":true,"type":"{{column.Iceberg}}"}"""));

    public static int ColumnCount => Columns.Length;

    private static (string Name, LogicalType Logical, PhysicalType Physical, string Iceberg) Plain(string name, PhysicalType type, string iceberg) =>
        (name, LogicalType.None(), type, iceberg);

    // Up to 18 digits Parquet may store a decimal as an integer, and writers do so because it is smaller and faster.
    private static (string Name, LogicalType Logical, PhysicalType Physical, string Iceberg) Money(string name) =>
        (name, LogicalType.Decimal(15, 2), PhysicalType.Int64, "decimal(15, 2)");

    private static (string Name, LogicalType Logical, PhysicalType Physical, string Iceberg) Date(string name) => (name, LogicalType.Date(), PhysicalType.Int32, "date");

    private static (string Name, LogicalType Logical, PhysicalType Physical, string Iceberg) Text(string name) => (name, LogicalType.String(), PhysicalType.ByteArray, "string");
}
