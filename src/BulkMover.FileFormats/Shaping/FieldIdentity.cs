using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;

namespace BulkMover.FileFormats.Shaping;

/// <summary>How the columns of one file are told apart when the table matches by field id but the file may have none.</summary>
internal static class FieldIdentity
{
    /// <summary>
    /// The file's schema, and how to find fields in it. A file without any ids is matched by the table's name mapping (Iceberg spec, "Column
    /// Projection"). Where there is none, Iceberg's reference implementation takes a column's place for its id; that is done here only
    /// as long as the names agree with it, so that no column is mistaken for another.
    /// </summary>
    /// <exception cref="UnsupportedFeatureException">The file has no ids and neither rule tells its columns.</exception>
    public static (Schema File, FieldMatcher Matcher) Of(ColumnMatching matching, IReadOnlyList<Field> wanted, Schema file, string name)
    {
        bool hasIds = matching != ColumnMatching.FieldId || wanted.All(field => field.FieldId() is null)
            || file.FieldsList.Count == 0 || file.FieldsList.Any(field => field.FieldId() is not null);
        if (hasIds)
            return (file, new FieldMatcher(matching, name));
        if (wanted.Any(field => field.GetMappedNames() is not null))
            return (file, new FieldMatcher(matching, name) { UsesMappedNames = true });
        if (wanted.All(field => PlaceAgrees(field, file.FieldsList)))
            return (new Schema([.. file.FieldsList.Select((field, place) => field.WithFieldId(place + 1))], file.Metadata), new FieldMatcher(matching, name));

        throw new UnsupportedFeatureException("file.field_ids_missing",
            $"'{name}' has no field ids and the table has no name mapping, so its columns cannot be told for sure. "
            + "Set the table property schema.name-mapping.default, or write the file again with ids.");
    }

    /// <summary>The column with the name stands where the id says, or the file has neither. Ids inside of nested columns cannot be told.</summary>
    private static bool PlaceAgrees(Field wanted, IReadOnlyList<Field> fields)
    {
        int? place = wanted.FieldId() - 1;
        int named = fields.ToList().FindIndex(field => field.Name.Equals(wanted.Name, StringComparison.OrdinalIgnoreCase));
        return named >= 0 ? named == place && fields[named].DataType is not NestedType : place >= fields.Count;
    }
}
