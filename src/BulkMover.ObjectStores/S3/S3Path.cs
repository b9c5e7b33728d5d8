using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.S3;

/// <summary>A location as S3 knows it.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Key">The key, literal; empty for the bucket itself.</param>
internal readonly record struct S3Path(string Bucket, string Key)
{
    /// <summary>Iceberg and Hadoop write all three for the same.</summary>
    private static readonly string[] Schemes = ["s3", "s3a", "s3n"];

    public static bool Has(Location location) => Schemes.Contains(location.Scheme, StringComparer.Ordinal);

    /// <exception cref="InvalidInputException">It is a location of another kind of store, or names no bucket.</exception>
    public static S3Path Of(Location location)
    {
        if (!Has(location))
            throw new InvalidInputException("store.scheme_unknown", $"'{location}' is not in S3; this store reads only s3: addresses.");
        string[] parts = location.Path.Split('/', 2);
        return parts[0].Length > 0
            ? new S3Path(parts[0], parts.Length > 1 ? parts[1] : "")
            : throw new InvalidInputException("store.path_invalid", $"'{location}' names no bucket. Write s3://bucket/key.");
    }

    /// <summary>Of what is written or deleted, where a mistake would be another object's end: URLs have dots resolved, also by the SDK (RFC 3986, "Remove Dot Segments").</summary>
    /// <exception cref="InvalidInputException">It is no object's location, or one that no request can name.</exception>
    public static S3Path OfObject(Location location)
    {
        S3Path path = Of(location);
        return path.Key.Length == 0 || path.Key.Split('/').Any(segment => segment is "." or "..")
            ? throw new InvalidInputException("store.path_invalid",
                $"'{location}' names no object, or has '.' or '..' as a part of its path, which no request can name. Correct the path.")
            : path;
    }
}
