using System.Text.Json.Nodes;
using Apache.Arrow;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Partitions;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>Writes partition specs and sort orders as metadata has them (Iceberg spec, Appendix C, "Partition Specs" and "Sort Orders").</summary>
internal static class SpecJson
{
    /// <summary>The greatest id of a table that never had a partition field (Iceberg spec, "Table Metadata Fields", <c>last-partition-id</c>).</summary>
    public const int NoFieldId = 999;

    public static JsonObject Spec(PartitionSpec spec) => new() { ["spec-id"] = spec.Id, ["fields"] = Fields(spec) };

    public static JsonArray Fields(PartitionSpec spec) => new([.. spec.Fields.Select(field => new JsonObject
    {
        ["source-id"] = field.SourceId, ["field-id"] = field.FieldId, ["name"] = field.Name, ["transform"] = field.Transform.Text,
    })]);

    /// <summary>Columns that are sorted by as they are, nulls where most engines have them: first, or last when it descends.</summary>
    public static JsonArray SortFields(IEnumerable<SortField> order, IReadOnlyList<Field> columns) => new([.. order
        .Select(sort => (sort.Descending, Column: columns.FirstOrDefault(column => column.Name == sort.Column)))
        .TakeWhile(sort => sort.Column is not null && PartitionTerms.Takes(TransformKind.Identity, sort.Column))
        .Select(sort => new JsonObject
        {
            ["transform"] = "identity", ["source-id"] = sort.Column!.FieldId()!.Value,
            ["direction"] = sort.Descending ? "desc" : "asc", ["null-order"] = sort.Descending ? "nulls-last" : "nulls-first",
        })]);

    /// <summary>Order id 0 is reserved for the order of tables that have none ("Sorting").</summary>
    public static JsonObject SortOrder(JsonArray fields) => new() { ["order-id"] = fields.Count == 0 ? 0 : 1, ["fields"] = fields };
}
