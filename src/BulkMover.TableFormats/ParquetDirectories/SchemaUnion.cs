using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.ParquetDirectories;

/// <summary>
/// The columns of all files, by name, in the order in which they first appear. A column that a file lacks is null there; one whose types
/// differ gets the narrowest type that holds all values exactly.
/// </summary>
internal sealed class SchemaUnion
{
    private readonly List<Column> columns = [];
    private readonly Dictionary<string, Column> byName = new(StringComparer.Ordinal);
    private int files;

    /// <exception cref="CorruptTableException">A type has nothing in common with that of earlier files, or the file has a name twice.</exception>
    public void Add(ParquetFile file, Schema schema)
    {
        files++;
        foreach (Field field in schema.FieldsList)
        {
            if (Find(field.Name, schema) is not { } column)
            {
                column = new Column { Field = field, TypedBy = file.Path };
                columns.Add(column);
                byName.Add(field.Name, column);
            }

            if (column.LastFile == files)
            {
                throw new CorruptTableException("parquet.column_twice",
                    $"'{file.Path}' has column '{field.Name}' twice. Write it again with distinct names.");
            }

            column.Include(field, file);
            column.LastFile = files;
            column.Files++;
        }
    }

    /// <exception cref="CorruptTableException">Names differ only in case, and not all files have all of them.</exception>
    public List<Field> ToFields()
    {
        // Columns are found in a file without regard to case where the exact name is missing: the values of one would appear in the other.
        Column[]? alike = columns.GroupBy(column => column.Field.Name, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(group => group.Count() > 1 && group.Any(column => column.Files < files))?.ToArray();
        if (alike is not null)
        {
            throw new CorruptTableException("parquet.column_case",
                $"Some files have columns {string.Join(" and ", alike.Select(column => $"'{column.Field.Name}'"))}, others only one of them: " +
                $"'{alike[^1].TypedBy}'. Choose files that agree with a glob.");
        }

        return [.. columns.Select(column => column.Files < files ? CommonType.AsNullable(column.Field) : column.Field)];
    }

    private Column? Find(string name, Schema schema)
    {
        if (byName.TryGetValue(name, out Column? exact))
            return exact;
        Column[] alike = [.. columns.Where(column => string.Equals(column.Field.Name, name, StringComparison.OrdinalIgnoreCase))];
        return alike is [var one] && schema.GetFieldIndex(one.Field.Name, StringComparer.Ordinal) < 0 ? one : null;
    }

    private sealed class Column
    {
        public required Field Field { get; set; }

        /// <summary>The file that gave the field its present type.</summary>
        public required string TypedBy { get; set; }

        public int Files { get; set; }

        public int LastFile { get; set; }

        public void Include(Field other, ParquetFile file)
        {
            Field common = CommonType.OfFields(Field, other) ?? throw new CorruptTableException("parquet.types_clash",
                $"Column '{Field.Name}' is {SourceType.Describe(Field)} in '{TypedBy}' but {SourceType.Describe(other)} in '{file.Path}', and " +
                "no type holds the values of both. Read them one after the other with globs.");
            if (!ReferenceEquals(common.DataType, Field.DataType))
                TypedBy = file.Path;
            Field = common;
        }
    }
}
