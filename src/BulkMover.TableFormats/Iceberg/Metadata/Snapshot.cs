namespace BulkMover.TableFormats.Iceberg.Metadata;

/// <summary>A state of the table (Iceberg spec, "Snapshots").</summary>
internal sealed record Snapshot
{
    public required long Id { get; init; }

    public required DateTimeOffset CommittedAt { get; init; }

    /// <summary>Where the manifest list lies, as written; null in v1 tables that list their manifests here.</summary>
    public string? ManifestList { get; init; }

    /// <summary>Manifests of a v1 snapshot without a manifest list.</summary>
    public IReadOnlyList<string> Manifests { get; init; } = [];

    public string? Operation { get; init; }

    public int? SchemaId { get; init; }

    /// <summary>The key that encrypts the manifest list (v3).</summary>
    public string? KeyId { get; init; }
}
