using System.Net.Http.Headers;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Requests;

/// <summary>What a store says it sends of an object (RFC 9110, "Range Requests").</summary>
/// <param name="ContentRange">The header; null when the whole object is sent.</param>
/// <param name="ContentBytes">How many bytes are sent.</param>
internal readonly record struct RangeAnswer(string? ContentRange, long ContentBytes)
{
    /// <summary>Refuses a range that the object does not have.</summary>
    /// <exception cref="CorruptTableException">It lies beyond the object's end.</exception>
    public static void CheckRequest(Location location, long length, long offset, int bytes)
    {
        if (offset < 0 || offset > length - bytes)
        {
            throw new CorruptTableException(StoreErrors.Truncated,
                $"'{location}' has {length:N0} bytes; {bytes:N0} bytes at {offset:N0} were to be read. The file was cut, or what refers to it is wrong.");
        }
    }

    /// <summary>The length of the object whose first bytes were asked for.</summary>
    /// <param name="location">The object.</param>
    /// <param name="mostBytes">How many, where it has so many.</param>
    /// <exception cref="CorruptTableException">It has no bytes, or the whole of it is sent without its length (<see cref="StoreErrors.Truncated"/>).</exception>
    /// <exception cref="EnvironmentException">It is another range, or the length is not told.</exception>
    public long LengthByBeginning(Location location, int mostBytes)
    {
        if (Range is not { } range)
        {
            // The whole object, which has the beginning, too.
            CheckRequest(location, ContentBytes, 0, 1);
            return ContentBytes;
        }

        long length = range.Length ?? throw Ignored(location, 0, mostBytes);
        Check(location, length, 0, (int)Math.Min(length, mostBytes));
        return length;
    }

    /// <summary>
    /// Some stores that call themselves compatible answer a request for a range with other bytes (RFC 9110 lets a server ignore it): what
    /// they say they send must be what was asked for.
    /// </summary>
    /// <exception cref="CorruptTableException">The object has another length.</exception>
    /// <exception cref="EnvironmentException">It is another range.</exception>
    public void Check(Location location, long length, long offset, int bytes)
    {
        ContentRangeHeaderValue? range = Range;
        long total = range is null ? ContentBytes : range.Length ?? length;
        if (total != length)
            throw StoreErrors.LengthWrong(location, total, length);

        bool isWhole = range is null && offset == 0 && bytes == length;
        if (!isWhole && (range?.From != offset || range.To != offset + bytes - 1))
            throw Ignored(location, offset, bytes);
    }

    private ContentRangeHeaderValue? Range => ContentRangeHeaderValue.TryParse(ContentRange, out ContentRangeHeaderValue? parsed) ? parsed : null;

    private EnvironmentException Ignored(Location location, long offset, int bytes) => new("store.range_ignored",
        $"The store answered the request for {bytes:N0} bytes at {offset:N0} of '{location}' with {ContentRange ?? "the whole object"}. It is not compatible; use another one.");
}
