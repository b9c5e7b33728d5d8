namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>Schema and properties of the table (PROTOCOL.md, "Change Metadata").</summary>
internal sealed record TableMetadata
{
    /// <summary>Of the table: another one in its place has another.</summary>
    public string? Id { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    public FileFormat? Format { get; init; }

    /// <summary>The schema as JSON text.</summary>
    public string? SchemaString { get; init; }

    public IReadOnlyList<string>? PartitionColumns { get; init; }

    public Dictionary<string, string?>? Configuration { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public long? CreatedTime { get; init; }

    /// <param name="Provider">Encoding of the data files: <c>parquet</c>.</param>
    /// <param name="Options">For the provider.</param>
    internal sealed record FileFormat(string? Provider, Dictionary<string, string?>? Options = null);
}
