using ParquetSharp;
using ParquetSharp.Schema;

namespace BulkMover.Datasets.Lineitem;

/// <summary>The sixteen columns; nothing is null. The order is the one in which <see cref="LineitemWriter"/> writes them.</summary>
internal static class LineitemSchema
{
    public static GroupNode Create() => new(
        "schema",
        Repetition.Required,
        [
            Plain("l_orderkey", PhysicalType.Int64),
            Plain("l_partkey", PhysicalType.Int64),
            Plain("l_suppkey", PhysicalType.Int64),
            Plain("l_linenumber", PhysicalType.Int32),
            Money("l_quantity"),
            Money("l_extendedprice"),
            Money("l_discount"),
            Money("l_tax"),
            Text("l_returnflag"),
            Text("l_linestatus"),
            Date("l_shipdate"),
            Date("l_commitdate"),
            Date("l_receiptdate"),
            Text("l_shipinstruct"),
            Text("l_shipmode"),
            Text("l_comment"),
        ]);

    private static PrimitiveNode Plain(string name, PhysicalType type) => Required(name, LogicalType.None(), type);

    // Up to 18 digits Parquet may store a decimal as an integer, and writers do so because it is smaller and faster.
    private static PrimitiveNode Money(string name) => Required(name, LogicalType.Decimal(15, 2), PhysicalType.Int64);

    private static PrimitiveNode Date(string name) => Required(name, LogicalType.Date(), PhysicalType.Int32);

    private static PrimitiveNode Text(string name) => Required(name, LogicalType.String(), PhysicalType.ByteArray);

    private static PrimitiveNode Required(string name, LogicalType logical, PhysicalType physical) =>
        new(name, Repetition.Required, logical, physical);
}
