using Azure;

namespace BulkMover.ObjectStores.Azure;

/// <summary>How a request to copy says what, and that it may be read.</summary>
/// <param name="Uri">The blob, perhaps with a signature.</param>
/// <param name="Authorization">What says so instead of a signature; null for none.</param>
internal sealed record AzureCopySource(Uri Uri, HttpAuthorization? Authorization)
{
    /// <summary>Does not print a signature.</summary>
    public override string ToString() => Uri.GetLeftPart(UriPartial.Path);
}
