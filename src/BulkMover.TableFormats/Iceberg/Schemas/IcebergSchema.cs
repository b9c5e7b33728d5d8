using Apache.Arrow;
using BulkMover.Core.Tables;

namespace BulkMover.TableFormats.Iceberg.Schemas;

/// <summary>A schema of the table as Arrow fields that carry their ids at every level.</summary>
/// <param name="Id">The schema id; 0 for a v1 schema without one.</param>
/// <param name="Arrow">The columns.</param>
/// <param name="Features">Types and defaults that not every reader reads; a field of a type that is refused has the Arrow type null.</param>
internal sealed record IcebergSchema(int Id, Schema Arrow, IReadOnlyList<TableFeature> Features)
{
    private readonly Dictionary<int, Field> columns =
        Arrow.FieldsList.ToDictionary(field => Core.Types.FieldIds.FieldId(field)!.Value);

    /// <summary>The top-level column with the id; null when the schema has none, or the id is of a nested field.</summary>
    public Field? Column(int id) => columns.GetValueOrDefault(id);
}
