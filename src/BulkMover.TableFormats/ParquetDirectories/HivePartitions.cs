using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;

namespace BulkMover.TableFormats.ParquetDirectories;

/// <summary>The partition columns of a directory tree; every file must have the same ones in the same order.</summary>
/// <param name="known">As in <see cref="ParquetTable"/>.</param>
internal sealed class HivePartitions(IReadOnlyDictionary<string, IArrowType> known)
{
    private string? firstFile;

    public IReadOnlyList<HiveColumn> Columns { get; private set; } = [];

    /// <param name="file">The file.</param>
    /// <param name="schema">What the file itself holds.</param>
    /// <exception cref="CorruptTableException">The file lies under other columns than those before it.</exception>
    public void Add(ParquetFile file, Schema schema)
    {
        IReadOnlyList<(string Column, string? Value)> values = HivePath.Parse(file.Path);
        if (firstFile is null)
            Columns = StartWith(values, file);
        else if (!values.Select(value => value.Column).SequenceEqual(Columns.Select(column => column.Name), StringComparer.Ordinal))
            throw Differ(file, values);
        for (int i = 0; i < values.Count; i++)
            Columns[i].Add(values[i].Value, Find(schema.FieldsList, Columns[i])?.DataType);
    }

    /// <summary>
    /// The table's fields: those of the files, then the partition columns that are in none. A field that has the name of a partition column
    /// becomes that column, because the path's value wins.
    /// </summary>
    public List<Field> AddTo(IReadOnlyList<Field> files)
    {
        var fields = new List<Field>(files);
        foreach (HiveColumn column in Columns)
        {
            Field? inFiles = Find(files, column);
            var field = new Field(inFiles?.Name ?? column.Name, column.TypeOf(inFiles?.DataType), column.HasNull);
            if (inFiles is null)
                fields.Add(field);
            else
                fields[fields.IndexOf(inFiles)] = field;
        }

        return fields;
    }

    /// <summary>The column of that name: exactly, or else without regard to case.</summary>
    public static Field? Find(IReadOnlyList<Field> fields, HiveColumn column) =>
        fields.FirstOrDefault(field => field.Name == column.Name)
        ?? fields.FirstOrDefault(field => string.Equals(field.Name, column.Name, StringComparison.OrdinalIgnoreCase));

    private HiveColumn[] StartWith(IReadOnlyList<(string Column, string? Value)> values, ParquetFile file)
    {
        firstFile = file.Path;
        if (values.GroupBy(value => value.Column, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new CorruptTableException("parquet.partition_column_twice",
                $"The directories of '{file.Path}' give partition column '{twice.Key}' twice. Rename one of them.");
        }

        return [.. values.Select(value => new HiveColumn(value.Column, known.GetValueOrDefault(value.Column)))];
    }

    private CorruptTableException Differ(ParquetFile file, IReadOnlyList<(string Column, string? Value)> values) =>
        new("parquet.partition_layouts_differ",
            $"'{file.Path}' is partitioned by ({string.Join(", ", values.Select(value => value.Column))}), but '{firstFile}' by " +
            $"({string.Join(", ", Columns.Select(column => column.Name))}). Choose files of one layout with a glob.");
}
