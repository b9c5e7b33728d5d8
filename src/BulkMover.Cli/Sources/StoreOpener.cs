using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Azure;
using BulkMover.ObjectStores.Local;
using BulkMover.ObjectStores.Requests;
using BulkMover.ObjectStores.S3;
using BulkMover.TableFormats.Iceberg.Catalogs;

namespace BulkMover.Cli.Sources;

/// <summary>Chooses the store that a location is in, with what the environment says of it.</summary>
internal static class StoreOpener
{
    /// <param name="table">Of an address, so its scheme is a store's.</param>
    /// <param name="limits">Of requests to a store that is not this machine's.</param>
    public static IObjectStore OpenForReading(Location table, RequestLimits limits) => table.IsFile ? new LocalObjectStore() : OpenRemote(table, limits, writerBytes: 0);

    /// <summary>Nothing outside of the table's directory is written.</summary>
    /// <param name="table">Of an address, so its scheme is a store's.</param>
    /// <param name="limits">Of requests to a store that is not this machine's.</param>
    /// <param name="writerBytes">Bytes that a writer is to hold at most.</param>
    public static IWritableStore OpenForWriting(Location table, RequestLimits limits, long writerBytes) =>
        table.IsFile ? new LocalObjectStore(table) : OpenRemote(table, limits, writerBytes);

    /// <summary>As above, with what a catalog grants.</summary>
    public static IWritableStore OpenForWriting(CatalogTable table, RequestLimits limits, long writerBytes) => table.Location.Scheme == "s3"
        ? new S3ObjectStore(new CatalogS3Access(table.Grants), new StoreRequests(limits)) { WriterBytes = writerBytes }
        : OpenForWriting(Known(table.Location), limits, writerBytes);

    /// <summary>As <see cref="OpenForReading(Location, RequestLimits)"/>, with what a catalog grants.</summary>
    public static IObjectStore OpenForReading(CatalogTable table, RequestLimits limits) =>
        // What a catalog grants in Azure is not used (CatalogFeatures); the environment's credentials may do.
        table.Location.IsFile ? new LocalObjectStore() : OpenForWriting(table, limits, writerBytes: 0);

    private static Location Known(Location location) => location.IsFile || location.Scheme == AzureAddress.Scheme
        ? location
        : throw new UnsupportedFeatureException("source.store_unsupported",
            $"The table lies at '{location}'; '{location.Scheme}:' is not known, local disk, S3 and Azure are. Copy its data to one of them.");

    private static IWritableStore OpenRemote(Location table, RequestLimits limits, long writerBytes) => table.Scheme == AzureAddress.Scheme
        ? new AzureObjectStore(AzureAccess.FromEnvironment(), new StoreRequests(limits)) { WriterBytes = writerBytes }
        : new S3ObjectStore(new FixedS3Access(S3Access.FromEnvironment()), new StoreRequests(limits)) { WriterBytes = writerBytes };
}
