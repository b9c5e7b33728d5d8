using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace BulkMover.ObjectStores.S3;

/// <summary>
/// What S3 says of an object's content (Amazon S3 API, "Object", <c>ETag</c>): in hexadecimal digits the MD5 of what was put whole, the MD5 of
/// the MD5s of parts and how many there were; anything, where keys of a service or the customer encrypt it.
/// </summary>
internal static class S3ETag
{
    [SuppressMessage("Security", "CA5351", Justification = "It guards against damage on the way; so S3 wants it.")]
    public static byte[] Md5Of(ReadOnlySpan<byte> bytes) => MD5.HashData(bytes);

    public static string OfWhole(byte[] md5) => Convert.ToHexStringLower(md5);

    /// <param name="parts">The tags of the parts in their order.</param>
    /// <returns>Null when theirs are no MD5s.</returns>
    public static string? OfParts(IReadOnlyCollection<string> parts)
    {
        byte[] all = new byte[parts.Count * MD5.HashSizeInBytes];
        int at = 0;
        foreach (string part in parts)
        {
            if (!IsMd5(part))
                return null;
            Convert.FromHexString(Plain(part), all.AsSpan(at), out _, out int bytes);
            at += bytes;
        }

        return $"{Convert.ToHexStringLower(Md5Of(all))}-{parts.Count}";
    }

    /// <summary>What encrypts with other keys has tags that look the same: the caller knows whether something does.</summary>
    public static bool IsMd5(string? etag) => etag is not null && Plain(etag) is { Length: 2 * MD5.HashSizeInBytes } plain && plain.All(char.IsAsciiHexDigit);

    public static bool AreEqual(string? one, string? other) =>
        one is not null && other is not null && Plain(one).Equals(Plain(other), StringComparison.OrdinalIgnoreCase);

    private static string Plain(string etag) => etag.Trim('"');
}
