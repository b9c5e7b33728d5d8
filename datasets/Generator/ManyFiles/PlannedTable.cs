namespace BulkMover.Datasets.ManyFiles;

/// <summary>The columns of the table: name, type in Iceberg, type in Delta. A column's field id is its place, from 1.</summary>
internal static class PlannedTable
{
    public static IReadOnlyList<(string Name, string Iceberg, string Delta)> Columns { get; } =
    [
        ("event", "long", "long"), ("at", "timestamptz", "timestamp"), ("region", "string", "string"), ("user", "long", "long"),
        ("session", "string", "string"), ("device", "string", "string"), ("cents", "long", "long"), ("seconds", "double", "double"),
        ("url", "string", "string"), ("score", "long", "long"),
    ];
}
