using BulkMover.Core.Stores;
using BulkMover.TableFormats.Iceberg.Metadata;

namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>A table as its catalog hands it out.</summary>
public sealed class CatalogTable
{
    internal CatalogTable(TableMetadata metadata, MetadataFile file, StorageGrants grants) => (Metadata, File, Grants) = (metadata, file, grants);

    /// <summary>The directory or prefix that it lies in.</summary>
    public Location Location => File.TableRoot;

    /// <summary>By what its files may be read.</summary>
    public StorageGrants Grants { get; }

    internal TableMetadata Metadata { get; }

    internal MetadataFile File { get; }
}
