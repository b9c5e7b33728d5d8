using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.Azure;

/// <summary>Reads ranges of one blob, one request each. All of them are of the same version of the blob, or an error.</summary>
internal sealed class AzureRangeReader(AzureSender sender, Location location, AzurePath path, long length, string? etag, Beginning beginning) : IRangeReader
{
    private string? etag = etag;

    public long Length => length;

    public string? Version => Volatile.Read(ref etag);

    /// <summary>Opens a blob by its first bytes.</summary>
    /// <exception cref="Core.Errors.CorruptTableException">It is missing, or has no bytes (<see cref="StoreErrors.Truncated"/>).</exception>
    public static Task<AzureRangeReader> OpenAsync(AzureSender sender, Location location, AzurePath path, CancellationToken cancellationToken) =>
        sender.SendAsync(location, path, StoreAct.Read, async (container, limit) =>
        {
            Response<BlobDownloadStreamingResult> answer = await AskAsync(container, path, 0, Beginning.MostBytes, version: null, limit);
            using BlobDownloadStreamingResult result = answer.Value;
            if (AzureSender.IsFolder(result.Details.Metadata))
                throw StoreErrors.ObjectMissing(location, null);
            long length = new RangeAnswer(result.Details.ContentRange, result.Details.ContentLength).LengthByBeginning(location, Beginning.MostBytes);
            byte[] bytes = new byte[Math.Min(length, Beginning.MostBytes)];
            await FillAsync(sender, location, answer, bytes, limit);
            return new AzureRangeReader(sender, location, path, length, result.Details.ETag.ToString(), new Beginning(bytes));
        }, cancellationToken);

    public async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        RangeAnswer.CheckRequest(location, length, offset, destination.Length);
        int known = beginning.CopyTo(offset, destination.Span);
        if (known < destination.Length)
            await sender.ReadAsync(location, path, destination[known..], (container, memory, limit) => ReadOnceAsync(container, offset + known, memory, limit), cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<int> ReadOnceAsync(BlobContainerClient container, long offset, Memory<byte> destination, CancellationTokenSource limit)
    {
        Response<BlobDownloadStreamingResult> answer = await AskAsync(container, path, offset, destination.Length, Version, limit);
        using BlobDownloadStreamingResult result = answer.Value;
        new RangeAnswer(result.Details.ContentRange, result.Details.ContentLength).Check(location, length, offset, destination.Length);
        string version = result.Details.ETag.ToString();
        if (Interlocked.CompareExchange(ref etag, version, null) is { } first && first != version)
            throw StoreErrors.Changed(location);
        await FillAsync(sender, location, answer, destination, limit);
        return destination.Length;
    }

    private static Task<Response<BlobDownloadStreamingResult>> AskAsync(
        BlobContainerClient container, AzurePath path, long offset, int bytes, string? version, CancellationTokenSource limit)
    {
        var options = new BlobDownloadOptions
        {
            Range = new HttpRange(offset, bytes),
            Conditions = version is null ? null : new BlobRequestConditions { IfMatch = new ETag(version) },
        };
        return container.GetBlobClient(path.Blob).DownloadStreamingAsync(options, limit.Token);
    }

    private static async Task FillAsync(
        AzureSender sender, Location location, Response<BlobDownloadStreamingResult> answer, Memory<byte> destination, CancellationTokenSource limit)
    {
        try
        {
            await sender.Requests.FillAsync(BodyTransport.BodyOf(answer.GetRawResponse()), destination, limit);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw StoreErrors.Broken(location, error);
        }
    }
}
