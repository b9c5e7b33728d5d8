using System.Collections.ObjectModel;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.ObjectStores.Requests;
using BulkMover.TableFormats.Delta;
using BulkMover.TableFormats.Iceberg;
using BulkMover.TableFormats.Iceberg.Catalogs;
using BulkMover.TableFormats.ParquetDirectories;

namespace BulkMover.Cli.Sources;

/// <summary>Finds the table that FROM names.</summary>
public static class SourceOpener
{
    /// <summary>What a table is called, without looking for it.</summary>
    /// <exception cref="BulkMoverException">The address is wrong.</exception>
    public static string NameOf(string from) => CatalogAddress.IsAddress(from) ? CatalogAddress.Parse(from).ToString() : TableAddress.Parse(from).ToString();

    /// <summary>As below, as often and as fast as the store bears.</summary>
    public static Task<Source> OpenAsync(string from, CancellationToken cancellationToken) => OpenAsync(from, new RequestLimits(), cancellationToken);

    /// <summary>As below, with what the table itself tells of its columns.</summary>
    public static Task<Source> OpenAsync(string from, RequestLimits limits, CancellationToken cancellationToken) =>
        OpenAsync(from, limits, ReadOnlyDictionary<string, IArrowType>.Empty, cancellationToken);

    /// <summary>Opens the table.</summary>
    /// <param name="from">As the user typed it.</param>
    /// <param name="limits">Of requests to a store that is not this machine's.</param>
    /// <param name="known">Types that columns by these names may have, where the table does not tell (<see cref="ParquetTable"/>).</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="BulkMoverException">The address is wrong, or there is no such table.</exception>
    public static async Task<Source> OpenAsync(
        string from, RequestLimits limits, IReadOnlyDictionary<string, IArrowType> known, CancellationToken cancellationToken)
    {
        if (CatalogAddress.IsAddress(from))
            return await OpenFromCatalogAsync(CatalogAddress.Parse(from), limits, cancellationToken);

        TableAddress address = TableAddress.Parse(from);
        IObjectStore store = StoreOpener.OpenForReading(address.Location, limits);
        ITable table = address.Format switch
        {
            "iceberg" => await IcebergTable.OpenAsync(store, address.Location, cancellationToken),
            "delta" => await DeltaTable.OpenAsync(store, address.Location, cancellationToken),
            _ => await ParquetTable.OpenAsync(store, address.Location, known, cancellationToken),
        };
        return new Source(address.ToString(), table, store);
    }

    private static async Task<Source> OpenFromCatalogAsync(CatalogAddress address, RequestLimits limits, CancellationToken cancellationToken)
    {
        RestCatalog catalog = await RestCatalog.OpenAsync(address, CatalogSecrets.FromEnvironment(), cancellationToken);
        CatalogTable table = await catalog.LoadTableAsync(address.Table, cancellationToken);
        IObjectStore store = StoreOpener.OpenForReading(table, limits);
        return new Source(address.ToString(), IcebergTable.Open(store, table), store);
    }
}
