using BulkMover.TableFormats.Iceberg.Metadata;

namespace BulkMover.TableFormats.Iceberg.Partitions;

/// <summary>Reads partition specs (Iceberg spec, Appendix C, "Partition Specs").</summary>
internal static class PartitionSpecParser
{
    /// <summary>Where v1 writers began to number a spec's fields, without writing the numbers ("Partition Evolution").</summary>
    private const int FirstFieldId = 1000;

    /// <param name="id">The spec's id.</param>
    /// <param name="fields">The list of its fields.</param>
    public static PartitionSpec Parse(int id, MetadataNode fields) => new(id, [.. fields.Items().Select(ParseField)]);

    private static PartitionField ParseField(MetadataNode json, int index)
    {
        int fieldId = json.Optional("field-id")?.AsInt() ?? FirstFieldId + index;
        string name = json.Required("name").AsString();
        string transform = json.Required("transform").AsString();
        return json.Optional("source-ids") is null
            ? new PartitionField(json.Required("source-id").AsInt(), fieldId, name, Transform.Parse(transform))
            : new PartitionField(0, fieldId, name, new Transform(TransformKind.Unknown, 0, transform));
    }
}
