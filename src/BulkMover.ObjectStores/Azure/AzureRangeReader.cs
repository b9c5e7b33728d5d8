using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.Azure;

/// <summary>Reads ranges of one blob, one request each. All of them are of the same version of the blob, or an error.</summary>
internal sealed class AzureRangeReader(AzureSender sender, Location location, AzurePath path, long length, string? etag) : IRangeReader
{
    private string? etag = etag;

    public long Length => length;

    public string? Version => Volatile.Read(ref etag);

    public async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        RangeAnswer.CheckRequest(location, length, offset, destination.Length);
        if (destination.Length > 0)
            await sender.ReadAsync(location, path, destination, (container, memory, limit) => ReadOnceAsync(container, offset, memory, limit), cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<int> ReadOnceAsync(BlobContainerClient container, long offset, Memory<byte> destination, CancellationTokenSource limit)
    {
        var options = new BlobDownloadOptions
        {
            Range = new HttpRange(offset, destination.Length),
            Conditions = Version is { } known ? new BlobRequestConditions { IfMatch = new ETag(known) } : null,
        };
        Response<BlobDownloadStreamingResult> answer = await container.GetBlobClient(path.Blob).DownloadStreamingAsync(options, limit.Token);
        using BlobDownloadStreamingResult result = answer.Value;
        new RangeAnswer(result.Details.ContentRange, result.Details.ContentLength).Check(location, length, offset, destination.Length);
        string version = result.Details.ETag.ToString();
        if (Interlocked.CompareExchange(ref etag, version, null) is { } first && first != version)
            throw StoreErrors.Changed(location);
        try
        {
            await sender.Requests.FillAsync(BodyTransport.BodyOf(answer.GetRawResponse()), destination, limit);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw StoreErrors.Broken(location, error);
        }

        return destination.Length;
    }
}
