using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Azure;

/// <summary>A location as Azure knows it.</summary>
/// <param name="Account">The storage account.</param>
/// <param name="Container">The container.</param>
/// <param name="Blob">The blob's name, literal; empty for the container itself.</param>
internal readonly record struct AzurePath(string Account, string Container, string Blob)
{
    /// <exception cref="InvalidInputException">It is a location of another kind of store, names no container, or a blob that no request can name.</exception>
    public static AzurePath Of(Location location)
    {
        if (location.Scheme != AzureAddress.Scheme)
            throw new InvalidInputException("store.scheme_unknown", $"'{location}' is not in Azure; this store reads only az: addresses.");
        if (location.Path.Split('/', 3) is not [{ Length: > 0 } account, { Length: > 0 } container, .. string[] blob])
            throw new InvalidInputException("store.path_invalid", $"'{location}' names no account or no container. Write az://account/container/path.");
        string name = blob.Length > 0 ? blob[0] : "";
        // The request would be for another blob: URLs have dots resolved, also encoded ones (RFC 3986, "Remove Dot Segments"), and Azure takes
        // a backslash for a slash (Azurite's source says so of it, and does the same).
        return name.Contains('\\', StringComparison.Ordinal) || name.Split('/').Any(segment => segment is "." or "..")
            ? throw new InvalidInputException("store.path_invalid",
                $"'{location}' has a backslash in it, or '.' or '..' as a part of the path; no blob in Azure has such a name. Correct the path.")
            : new AzurePath(account, container, name);
    }

    /// <inheritdoc cref="Of"/>
    public static AzurePath OfObject(Location location)
    {
        AzurePath path = Of(location);
        return path.Blob.Length > 0 ? path : throw new InvalidInputException("store.path_invalid", $"'{location}' names no object. Write az://account/container/path.");
    }
}
