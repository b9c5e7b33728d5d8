using BulkMover.Core.Errors;

namespace BulkMover.TableFormats.ParquetDirectories;

/// <summary>The partition columns of a directory tree; every file must have the same ones in the same order.</summary>
internal sealed class HivePartitions
{
    private string? firstFile;

    public IReadOnlyList<HiveColumn> Columns { get; private set; } = [];

    /// <exception cref="CorruptTableException">The file lies under other columns than those before it.</exception>
    public void Add(ParquetFile file)
    {
        IReadOnlyList<(string Column, string? Value)> values = HivePath.Parse(file.Path);
        if (firstFile is null)
            Columns = StartWith(values, file);
        else if (!values.Select(value => value.Column).SequenceEqual(Columns.Select(column => column.Name), StringComparer.Ordinal))
            throw Differ(file, values);
        for (int i = 0; i < values.Count; i++)
            Columns[i].Add(values[i].Value);
    }

    private HiveColumn[] StartWith(IReadOnlyList<(string Column, string? Value)> values, ParquetFile file)
    {
        firstFile = file.Path;
        if (values.GroupBy(value => value.Column, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new CorruptTableException("parquet.partition_column_twice",
                $"The directories of '{file.Path}' give partition column '{twice.Key}' twice. Rename one of them.");
        }

        return [.. values.Select(value => new HiveColumn(value.Column))];
    }

    private CorruptTableException Differ(ParquetFile file, IReadOnlyList<(string Column, string? Value)> values) =>
        new("parquet.partition_layouts_differ",
            $"'{file.Path}' is partitioned by ({string.Join(", ", values.Select(value => value.Column))}), but '{firstFile}' by " +
            $"({string.Join(", ", Columns.Select(column => column.Name))}). Choose files of one layout with a glob.");
}
