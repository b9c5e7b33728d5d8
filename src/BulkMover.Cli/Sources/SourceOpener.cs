using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.ObjectStores.Local;
using BulkMover.TableFormats.Delta;
using BulkMover.TableFormats.Iceberg;
using BulkMover.TableFormats.ParquetDirectories;

namespace BulkMover.Cli.Sources;

/// <summary>Finds the table that FROM names.</summary>
public static class SourceOpener
{
    /// <exception cref="Core.Errors.BulkMoverException">The address is wrong, or there is no such table.</exception>
    public static async Task<Source> OpenAsync(string from, CancellationToken cancellationToken)
    {
        SourceAddress address = SourceAddress.Parse(from);
        IObjectStore store = new LocalObjectStore();
        ITable table = address.Format switch
        {
            "iceberg" => await IcebergTable.OpenAsync(store, address.Location, cancellationToken),
            "delta" => await DeltaTable.OpenAsync(store, address.Location, cancellationToken),
            _ => await ParquetTable.OpenAsync(store, address.Location, cancellationToken),
        };
        return new Source(address.ToString(), table, store);
    }
}
