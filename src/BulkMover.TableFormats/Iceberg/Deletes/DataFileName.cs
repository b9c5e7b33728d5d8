using BulkMover.Core.Stores;
using BulkMover.TableFormats.Iceberg.Paths;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>
/// Which data file deletes mean. Paths are compared as they are written (Iceberg spec, "Position Delete Files"), less how the store is
/// addressed: engines are known that write <c>hdfs://host/a</c> into delete files and <c>/a</c> into manifests, or <c>s3a</c> and
/// <c>s3</c>, or any of <see cref="AzureAddress"/>. To take them for two files would bring deleted rows back.
/// </summary>
internal static class DataFileName
{
    /// <summary>What is compared.</summary>
    public static string Of(string path)
    {
        string name = path[AddressLength(path)..];
        return AzureAddress.ContainerBeforeHost(path) is { } container ? $"{container}/{name}" : name;
    }

    /// <summary>The part of the path that is not compared: all up to the bucket, or to the first directory.</summary>
    public static string AddressOf(string path) => path[..AddressLength(path)];

    private static int AddressLength(string path)
    {
        int colon = path.IndexOf(":/", StringComparison.Ordinal);
        // A directory may end with a colon; a scheme has no slash before it.
        if (colon > path.IndexOf('/', StringComparison.Ordinal))
            colon = -1;
        if (colon > 0 && AzureAddress.HostLength(path) is > 0 and int host)
            return SkipSlashes(path, host);
        int length = SkipSlashes(path, colon < 0 ? 0 : colon + 1);
        bool hasHost = colon > 0 && TablePath.IsHdfs(path[..colon]) && path.AsSpan(colon + 1).StartsWith("//") && !path.AsSpan(colon + 1).StartsWith("///");
        int slash = hasHost ? path.IndexOf('/', length) : -1;
        return slash < 0 ? length : SkipSlashes(path, slash);
    }

    private static int SkipSlashes(string path, int from)
    {
        while (from < path.Length && path[from] == '/')
            from++;
        return from;
    }
}
