using System.Collections.ObjectModel;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Metadata;

namespace BulkMover.TableFormats.Iceberg.Schemas;

/// <summary>A schema of the table as Arrow fields that carry their ids at every level.</summary>
/// <param name="Id">The schema id; 0 for a v1 schema without one.</param>
/// <param name="Arrow">The columns.</param>
/// <param name="Features">Types and defaults that not every reader reads; a field of a type that is refused has the Arrow type null.</param>
internal sealed record IcebergSchema(int Id, Schema Arrow, IReadOnlyList<TableFeature> Features)
{
    private readonly Dictionary<int, Field> columns =
        Arrow.FieldsList.ToDictionary(field => field.FieldId()!.Value);

    /// <summary>Of the fields that have one, at every level, by their ids: the <c>write-default</c>, which nobody has looked into, for it is of no account to readers.</summary>
    public IReadOnlyDictionary<int, MetadataNode> WriteDefaults { get; init; } = ReadOnlyDictionary<int, MetadataNode>.Empty;

    /// <summary>The column with the id, or the field inside of structs; null when the schema has none, or it is in a list or map.</summary>
    public Field? ColumnOrMember(int id) => columns.GetValueOrDefault(id) ?? Member(Arrow.FieldsList, id);

    private static Field? Member(IEnumerable<Field> fields, int id) => fields
        .Select(field => field.FieldId() == id ? field : field.DataType is StructType group ? Member(group.Fields, id) : null)
        .FirstOrDefault(found => found is not null);

    /// <summary>The top-level column with the id; null when the schema has none, or the id is of a nested field.</summary>
    public Field? Column(int id) => columns.GetValueOrDefault(id);
}
