using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;

namespace BulkMover.FileFormats.Shaping;

/// <summary>Finds the file's field for a field of the table, at one level.</summary>
/// <param name="matching">By id or by name.</param>
/// <param name="file">For messages.</param>
internal sealed class FieldMatcher(ColumnMatching matching, string file)
{
    /// <summary>True for a file without any field ids: its fields are found by the names that the table maps to its own.</summary>
    public bool UsesMappedNames { get; init; }

    /// <summary>True where both sides are called as people call them, whatever the files of a table call them.</summary>
    public bool UsesTableNames { get; init; }

    /// <param name="wanted">A field of the table.</param>
    /// <param name="siblings">The table's fields at this level: an exact name is nobody else's.</param>
    /// <param name="fields">The file's fields at this level.</param>
    /// <returns>The index in <paramref name="fields"/>, or null when the file lacks it.</returns>
    /// <exception cref="CorruptTableException">More than one field fits.</exception>
    /// <exception cref="UnsupportedFeatureException">The fields must have ids and have none.</exception>
    public int? Find(Field wanted, IReadOnlyList<Field> siblings, IReadOnlyList<Field> fields)
    {
        if (UsesMappedNames)
            return wanted.GetMappedNames() is { } names ? Only(fields, field => names.Contains(field.Name), "a name in its name mapping", wanted) : null;
        if (matching == ColumnMatching.WrittenFieldId && fields.Count > 0 && fields.All(field => field.FieldId() is null))
            throw IdsMissing(wanted);
        if (matching != ColumnMatching.Name && wanted.FieldId() is { } id)
            return Only(fields, field => field.FieldId() == id, $"field id {id}", wanted);

        string name = UsesTableNames ? wanted.Name : wanted.PhysicalName();
        return Only(fields, field => field.Name == name, "that name", wanted)
            ?? Only(fields, field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && siblings.All(other => other.PhysicalName() != field.Name),
                "that name in upper and lower case", wanted);
    }

    private int? Only(IReadOnlyList<Field> fields, Func<Field, bool> fits, string what, Field wanted)
    {
        int? found = null;
        for (int i = 0; i < fields.Count; i++)
        {
            if (!fits(fields[i]))
                continue;
            if (found is not null)
            {
                throw new CorruptTableException("file.column_ambiguous",
                    $"'{file}' has more than one field of {what} for column '{wanted.Name}', and which one is meant cannot be known. Write the file again.");
            }

            found = i;
        }

        return found;
    }

    // "Readers must refuse to read that file or return nulls for each column": nulls would hide what is there (invariant 4).
    private UnsupportedFeatureException IdsMissing(Field wanted) => new("file.field_ids_missing",
        $"'{file}' has no field ids beside column '{wanted.Name}', and the table finds columns by them alone. Write the file again with ids.");
}
