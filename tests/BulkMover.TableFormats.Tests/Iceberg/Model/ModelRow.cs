namespace BulkMover.TableFormats.Tests.Iceberg.Model;

/// <summary>One row: values by field id. A struct is true where it is there; a list is an array; what has no entry is null.</summary>
internal sealed class ModelRow
{
    private readonly Dictionary<int, object?> values = [];

    public object? this[int id]
    {
        get => values.GetValueOrDefault(id);
        set => values[id] = value;
    }

    public static ModelRow Random(IReadOnlyList<ModelColumn> columns, Random random)
    {
        var row = new ModelRow();
        foreach (ModelColumn column in columns)
            row.Fill(column, random);
        return row;
    }

    private void Fill(ModelColumn column, Random random)
    {
        if (random.Next(5) == 0)
            return;
        object Value() => column.Type!.Values[random.Next(column.Type.Values.Count)];
        if (column.IsList)
            values[column.Id] = Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(5) == 0 ? null : Value()).ToArray();
        else
            values[column.Id] = column.IsPrimitive ? Value() : true;
        foreach (ModelColumn field in column.Fields)
            Fill(field, random);
    }
}
