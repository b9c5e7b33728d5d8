using System.CommandLine;
using BulkMover.Cli.Commands;
using BulkMover.Cli.Sources;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.ObjectStores.Requests;
using BulkMover.TableFormats.Iceberg.Catalogs;
using BulkMover.TableFormats.Targets;

namespace BulkMover.Cli.Targets;

/// <summary>Opens the table that TO names.</summary>
internal static class TargetOpener
{
    /// <param name="arguments">The command; one that makes no tables has no options for them.</param>
    /// <param name="address">TO.</param>
    /// <param name="progress">Told about slow steps.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="BulkMoverException">The target cannot be had, or an option is of another kind of target.</exception>
    public static async Task<ITarget> OpenAsync(ParseResult arguments, TargetAddress address, IProgress<string> progress, CancellationToken cancellationToken)
    {
        if (address.ClickHouse is { } table)
        {
            LakeArguments.ThrowIfGiven(arguments, LakeArguments.All, "files of a lake");
            return await ClickHouseTarget.OpenAsync(table, TableOptions(arguments), arguments.GetValue(SharedOptions.WireCompression), progress, cancellationToken);
        }

        LakeArguments.ThrowIfGiven(arguments, [SharedOptions.OrderBy, SharedOptions.Engine, SharedOptions.WireCompression], "ClickHouse");
        return address.Catalog is { } catalog
            ? await OpenInCatalogAsync(arguments, catalog, cancellationToken)
            : OpenLake(arguments, address.Lake!);
    }

    private static LakeTarget OpenLake(ParseResult arguments, TableAddress address)
    {
        IWritableStore store = StoreOpener.OpenForWriting(address.Location, SharedOptions.RequestLimits(arguments), WriterBytes(arguments));
        LakeOptions options = LakeArguments.Read(arguments);
        return address.Format switch
        {
            "delta" => LakeTarget.OfDelta(address.ToString(), store, address.Location, options),
            "iceberg" => LakeTarget.OfIceberg(address.ToString(), store, address.Location, options),
            _ => LakeTarget.OfParquet(address.ToString(), store, address.Location, options),
        };
    }

    private static async Task<LakeTarget> OpenInCatalogAsync(ParseResult arguments, CatalogAddress address, CancellationToken cancellationToken)
    {
        RestCatalog catalog = await RestCatalog.OpenAsync(address, CatalogSecrets.FromEnvironment(), cancellationToken);
        (RequestLimits limits, long writerBytes) = (SharedOptions.RequestLimits(arguments), WriterBytes(arguments));
        return await LakeTarget.OfIcebergCatalogAsync(
            address.ToString(), catalog, address.Table, table => StoreOpener.OpenForWriting(table, limits, writerBytes), LakeArguments.Read(arguments), cancellationToken);
    }

    /// <summary>Half of what a target may hold is for writers: one for each lane, and one for the ends of chunks.</summary>
    private static long WriterBytes(ParseResult arguments) => CopyCommand.ReadMemory(arguments).KeepBackBytes / 2 / (CopyCommand.ReadOptions(arguments).FirstWriters + 1);

    private static ClickHouseTableOptions TableOptions(ParseResult arguments) => new()
    {
        OrderBy = arguments.GetValue(SharedOptions.OrderBy),
        PartitionBy = arguments.GetValue(SharedOptions.PartitionBy),
        Engine = arguments.GetValue(SharedOptions.Engine),
    };
}
