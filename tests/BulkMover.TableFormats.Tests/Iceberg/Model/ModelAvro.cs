using System.Numerics;
using Apache.Arrow.Types;
using static BulkMover.TableFormats.Tests.Iceberg.AvroBytes;

namespace BulkMover.TableFormats.Tests.Iceberg.Model;

/// <summary>Rows of the model as Avro files (Iceberg spec, Appendix A, "Avro").</summary>
internal static class ModelAvro
{
    public static byte[] File(IReadOnlyList<ModelColumn> columns, IReadOnlyList<ModelRow> rows, string codec, int recordsPerBlock) =>
        AvroBytes.File(Record("table", columns), new Dictionary<string, string>(), [.. rows.Select(row => Values(columns, row))], codec, recordsPerBlock);

    private static string Record(string name, IEnumerable<ModelColumn> columns) =>
        $$"""{"type":"record","name":"{{name}}","fields":[{{string.Join(',', columns.Select(Field))}}]}""";

    private static string Field(ModelColumn column) =>
        $$"""{"name":"{{column.Name}}","type":{{Optional(TypeOf(column))}},"default":null{{Id(column, "field-id", column.Id)}}}""";

    private static string TypeOf(ModelColumn column) =>
        column.Type is null ? Record($"r{column.Id}", column.Fields)
        : column.IsList ? $$"""{"type":"array","items":{{Optional(Primitive(column.Type, column.Id))}}{{Id(column, "element-id", column.Id + 1)}}}"""
        : Primitive(column.Type, column.Id);

    private static string Id(ModelColumn column, string property, int id) => column.HasNoId ? "" : $",\"{property}\":{id}";

    private static string Optional(string type) => $"""["null",{type}]""";

    private static string Primitive(ModelType type, int id) => type.Arrow switch
    {
        Decimal128Type digits =>
            $$"""{"type":"fixed","name":"d{{id}}","size":{{Bytes(digits)}},"logicalType":"decimal","precision":{{digits.Precision}},"scale":{{digits.Scale}}}""",
        FixedSizeBinaryType bytes => $$"""{"type":"fixed","name":"f{{id}}","size":{{bytes.ByteWidth}}}""",
        BinaryType => "\"bytes\"",
        Date32Type => """{"type":"int","logicalType":"date"}""",
        TimestampType instant => $$"""{"type":"long","logicalType":"timestamp-micros","adjust-to-utc":{{(instant.Timezone is null ? "false" : "true")}}}""",
        _ => $"\"{type.Name}\"",
    };

    private static byte[] Values(IEnumerable<ModelColumn> columns, ModelRow row) => [.. columns.SelectMany(column => OrNull(Value(column, row)))];

    private static byte[]? Value(ModelColumn column, ModelRow row) => row[column.Id] switch
    {
        null => null,
        object?[] list => Array([.. list.Select(item => OrNull(item is null ? null : Encode(column.Type!, item)))]),
        _ when column.Type is null => Values(column.Fields, row),
        var value => Encode(column.Type, value),
    };

    private static byte[] Encode(ModelType type, object value) => value switch
    {
        long number => Long(number),
        BigInteger unscaled => BigEndian(unscaled, Bytes((Decimal128Type)type.Arrow)),
        byte[] bytes when type != ModelType.Fixed => AvroBytes.Bytes(bytes),
        // Booleans, floating-point numbers and fixed are the same in both.
        _ => type.Serialize(value),
    };

    /// <summary>"The minimum number of bytes for the given precision".</summary>
    private static int Bytes(Decimal128Type digits) => BigInteger.Pow(10, digits.Precision).GetByteCount();

    private static byte[] BigEndian(BigInteger value, int bytes)
    {
        byte[] shortest = value.ToByteArray(isBigEndian: true);
        return [.. Enumerable.Repeat((byte)(value.Sign < 0 ? 0xFF : 0), bytes - shortest.Length), .. shortest];
    }
}
