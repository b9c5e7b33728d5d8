using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>Where a new table lies, as its metadata says it: with a scheme that other engines know.</summary>
internal static class TableAddress
{
    public static string Of(Location root) => root.Scheme switch
    {
        Location.FileScheme => $"file://{root.Path}",
        // account/container/path; Hadoop's driver, and with it most engines, name the host.
        AzureAddress.Scheme when root.Path.Split('/', 3) is [var account, var container, .. var rest] =>
            $"abfss://{container}@{account}.dfs.core.windows.net/{string.Join('/', rest)}".TrimEnd('/'),
        _ => root.ToString().TrimEnd('/'),
    };
}
