using System.Text;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Partitions;
using static BulkMover.TableFormats.Tests.Iceberg.AvroBytes;

namespace BulkMover.TableFormats.Tests.Iceberg.Model;

/// <summary>A field of a partition spec, and what it makes of a column's value (Iceberg spec, "Partition Transforms").</summary>
/// <param name="Id">Partition field id.</param>
/// <param name="Source">Field id of the column.</param>
/// <param name="Transform">As specs write it.</param>
internal sealed record ModelPartition(int Id, int Source, string Transform)
{
    /// <summary>The transforms that a type allows, one that only new readers might know included.</summary>
    public static IReadOnlyList<string> TransformsOf(ModelType type) => type.Name switch
    {
        "int" or "long" => ["identity", "bucket[4]", "truncate[10]", "void", "not-yet-known"],
        "string" => ["identity", "bucket[4]", "truncate[1]", "void"],
        "date" => ["identity", "bucket[4]", "year", "month", "day"],
        "timestamp" or "timestamptz" => ["identity", "bucket[4]", "year", "month", "day", "hour"],
        "boolean" => ["identity"],
        _ => [],
    };

    public string Json => $$"""{"field-id":{{Id}},"source-id":{{Source}},"name":"p{{Id}}","transform":"{{Transform}}"}""";

    public object? Apply(ModelType type, object? value) => (Transform, value) switch
    {
        (_, null) or ("void", _) => null,
        // What an unknown transform makes is its own affair.
        ("not-yet-known", _) => 7L,
        ("identity", _) => value,
        ("bucket[4]", _) => (long)((Bucket.Hash(type.Arrow, new Scalar(type.Arrow, value))! & int.MaxValue) % 4),
        ("truncate[10]", long number) => (long)((Int128)number - (((number % 10) + 10) % 10)),
        ("truncate[1]", byte[] text) => Encoding.UTF8.GetBytes(string.Concat(Encoding.UTF8.GetString(text).EnumerateRunes().Take(1))),
        ("hour", long instant) => (long)Math.Floor(instant / 3_600_000_000m),
        (_, long instant) => Calendar(type.Arrow is TimestampType ? (long)Math.Floor(instant / 86_400_000_000m) : instant),
        _ => throw new NotSupportedException($"{Transform} of {type}"),
    };

    /// <summary>The Avro field of the partition tuple: identity and truncate keep the column's type, the others are integers.</summary>
    public string AvroField(ModelType type) => $$"""{"name":"p{{Id}}","type":["null",{{AvroType(type)}}],"field-id":{{Id}}}""";

    public byte[] AvroValue(object? value) => OrNull(value switch
    {
        null => null,
        bool flag => [flag ? (byte)1 : (byte)0],
        long number => Long(number),
        _ => Bytes((byte[])value),
    });

    public bool KeepsType => Transform is "identity" or "truncate[10]" or "truncate[1]";

    private string AvroType(ModelType type) => KeepsType
        ? type.Name switch
        {
            "date" => """{"type":"int","logicalType":"date"}""",
            "timestamp" => """{"type":"long","logicalType":"timestamp-micros","adjust-to-utc":false}""",
            "timestamptz" => """{"type":"long","logicalType":"timestamp-micros","adjust-to-utc":true}""",
            string name => $"\"{name}\"",
        }
        : "\"int\"";

    private long Calendar(long days)
    {
        DateTime date = DateTime.UnixEpoch.AddDays(days);
        return Transform switch
        {
            "year" => date.Year - 1970,
            "month" => (date.Year - 1970) * 12 + date.Month - 1,
            _ => days,
        };
    }
}
