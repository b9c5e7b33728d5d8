using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Targets;

/// <summary>The columns of a data file as the source finds them, held against how the target would.</summary>
/// <param name="file">The file's schema.</param>
/// <param name="columns">The source's, all of them.</param>
/// <param name="bySource">How the source finds columns.</param>
/// <param name="write">How the target does.</param>
internal sealed class FileColumns(Schema file, Schema columns, ColumnMatching bySource, TableWrite write)
{
    private readonly bool hasIds = file.FieldsList.Any(field => field.FieldId() is not null);
    private readonly bool hasMapping = columns.FieldsList.Any(field => field.GetMappedNames() is not null);

    public bool HasIds => hasIds;

    /// <summary>
    /// Whether the source finds its columns in the file for sure, also where that has no ids: by its name mapping (Iceberg spec, "Column Projection"). Without one decoding goes by
    /// the columns' places.
    /// </summary>
    public bool CanTell => hasIds || bySource switch
    {
        ColumnMatching.Name => true,
        ColumnMatching.FieldId => hasMapping || columns.FieldsList.All(column => column.FieldId() is null),
        _ => false,
    };

    /// <summary>The file's column of a column of the source; null when it has none.</summary>
    public Field? Find(Field source) => Find(file.FieldsList, source);

    /// <summary>Whether an id is twice in the file, at whatever levels: which of the two is the column would be the reader's choice.</summary>
    public bool HasAnIdTwice => FieldTree.All(file.FieldsList).Select(inner => inner.FieldId()).OfType<int>().GroupBy(id => id).Any(same => same.Count() > 1);

    /// <summary>Whether the target looks for just this field.</summary>
    /// <param name="field">In the file.</param>
    /// <param name="target">In the target.</param>
    public bool IsFound(Field field, Field target) => write.Matching switch
    {
        ColumnMatching.FieldId when hasIds => field.FieldId() == target.FieldId(),
        // "Write data files by using the physical name", and the id (Delta PROTOCOL.md, "Writer Requirements for Column Mapping"): some readers go by the one, some by the other.
        ColumnMatching.WrittenFieldId => field.Name == target.PhysicalName() && field.FieldId() == target.FieldId(),
        _ => field.Name == target.PhysicalName(),
    };

    /// <summary>Why the target would not find just this field with just these values; null when it does.</summary>
    /// <param name="field">In the file.</param>
    /// <param name="source">In the source.</param>
    /// <param name="target">In the target.</param>
    public string? Difference(Field field, Field source, Field target)
    {
        if (!IsFound(field, target))
            return $"column '{source.Name}' has another name or id in it than the target looks for";
        return (field.DataType, source.DataType, target.DataType) switch
        {
            (StructType f, StructType s, StructType t) => Members(f.Fields, s.Fields, t.Fields, source),
            (MapType f, MapType s, MapType t) => Element(f.KeyField, s.KeyField, t.KeyField) ?? Element(f.ValueField, s.ValueField, t.ValueField),
            (ListType f, ListType s, ListType t) => Element(f.ValueField, s.ValueField, t.ValueField),
            _ when SourceType.Describe(field) != SourceType.Describe(target) => $"column '{source.Name}' is {SourceType.Describe(field)} in it, and {SourceType.Describe(target)} in the target",
            _ => null,
        };
    }

    /// <summary>What a list or map holds has no name that anybody looks for, and an id in Iceberg only; in Delta a file may have one there that is a column's.</summary>
    private string? Element(Field field, Field source, Field target) => field.FieldId() is { } id && write.ColumnIds.Contains(id)
        ? $"what '{field.Name}' of a list or map holds has the id {id} in it, which is a column's in the target"
        : Inside(write.Matching != ColumnMatching.FieldId || !hasIds ? new Field(target.Name, field.DataType, field.IsNullable) : field, source, target);

    private string? Inside(Field field, Field source, Field target) =>
        field.IsNullable && !target.IsNullable ? $"'{source.Name}' may be null in it" : Difference(field, source, target);

    private string? Members(IReadOnlyList<Field> fields, IReadOnlyList<Field> sources, IReadOnlyList<Field> targets, Field above)
    {
        if (fields.Count != sources.Count || sources.Count != targets.Count)
            return $"column '{above.Name}' has other members in it";
        foreach (Field source in sources)
        {
            if (Find(fields, source) is not { } field || targets.FirstOrDefault(target => target.Name == source.Name) is not { } target)
                return $"it lacks a member '{source.Name}' of column '{above.Name}'";
            if (Inside(field, source, target) is { } difference)
                return difference;
        }

        return null;
    }

    private Field? Find(IReadOnlyList<Field> fields, Field wanted) => (hasIds, bySource) switch
    {
        (true, not ColumnMatching.Name) when wanted.FieldId() is { } id => fields.FirstOrDefault(field => field.FieldId() == id),
        (false, ColumnMatching.FieldId) when hasMapping => wanted.GetMappedNames() is { } names ? fields.FirstOrDefault(field => names.Contains(field.Name)) : null,
        _ => fields.FirstOrDefault(field => field.Name == wanted.PhysicalName()),
    };
}
