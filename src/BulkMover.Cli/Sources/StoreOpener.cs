using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Azure;
using BulkMover.ObjectStores.Local;
using BulkMover.ObjectStores.Requests;
using BulkMover.ObjectStores.S3;

namespace BulkMover.Cli.Sources;

/// <summary>Chooses the store that a location is in, with what the environment says of it.</summary>
internal static class StoreOpener
{
    /// <param name="table">Of an address, so its scheme is a store's.</param>
    /// <param name="limits">Of requests to a store that is not this machine's.</param>
    public static IObjectStore OpenForReading(Location table, RequestLimits limits) => table.IsFile ? new LocalObjectStore() : OpenRemote(table, limits);

    /// <summary>Nothing outside of the table's directory is written.</summary>
    public static IWritableStore OpenForWriting(Location table, RequestLimits limits) => table.IsFile ? new LocalObjectStore(table) : OpenRemote(table, limits);

    private static IWritableStore OpenRemote(Location table, RequestLimits limits) => table.Scheme == AzureAddress.Scheme
        ? new AzureObjectStore(AzureAccess.FromEnvironment(), new StoreRequests(limits))
        : new S3ObjectStore(new FixedS3Access(S3Access.FromEnvironment()), new StoreRequests(limits));
}
