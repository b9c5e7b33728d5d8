namespace BulkMover.FileFormats.Avro.Columns;

/// <summary>The fields of a record: those that are wanted go to their columns, the others are stepped over.</summary>
/// <param name="fields">In the file's order.</param>
/// <param name="columns">As many; null for a field that is not wanted.</param>
internal sealed class RecordFields(AvroField[] fields, ColumnDecoder?[] columns)
{
    // What takes no bytes takes no time: it is not among the steps.
    private readonly (ColumnDecoder? Column, AvroType Type)[] steps =
        [.. columns.Zip(fields, (column, field) => (column, field.Type)).Where(step => !step.Type.IsEmpty)];

    public ColumnDecoder?[] Columns => columns;

    public long FixedBytes { get; } = columns.Sum(column => column?.FixedBytes ?? 0L);

    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (ColumnDecoder? column in columns)
                bytes += column?.Bytes ?? 0;
            return bytes;
        }
    }

    public void Decode(ref AvroDecoder input)
    {
        foreach ((ColumnDecoder? column, AvroType type) in steps)
        {
            if (column is null)
                input.Skip(type);
            else
                column.Decode(ref input);
        }
    }
}
