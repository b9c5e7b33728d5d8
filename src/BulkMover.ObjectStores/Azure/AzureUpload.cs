using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.Azure;

/// <summary>
/// Writes one block blob (Azure, "Put Blob", "Put Block", "Put Block List"). Each body goes with its MD5, which the store checks. Blocks that
/// are in no list nobody sees, and the store removes them after a week.
/// </summary>
internal sealed class AzureUpload(AzureSender sender, Location location, AzurePath path) : IPartUpload
{
    /// <summary>What a conditional put is refused with: by a condition that is not met, by a signature that makes objects and replaces none.</summary>
    private static readonly string[] Existing = ["BlobAlreadyExists", "ConditionNotMet", "TargetConditionNotMet", "UnauthorizedBlobOverwrite"];

    /// <summary>Whoever writes the same blob at the same time has other blocks.</summary>
    private readonly Guid id = Guid.NewGuid();

    private int blocks;

    public Task PutWholeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => TryPutAsync(bytes, onlyNew: false, cancellationToken);

    /// <summary>False when it was to be new and there is one.</summary>
    public Task<bool> TryPutAsync(ReadOnlyMemory<byte> bytes, bool onlyNew, CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions
        {
            // The SDK hashes it itself: it takes no hash here (12.30).
            TransferValidation = new UploadTransferValidationOptions { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 },
            // One request: what is not shorter than this is sent in blocks.
            TransferOptions = new StorageTransferOptions { InitialTransferSize = bytes.Length + 1L },
            Conditions = onlyNew ? new BlobRequestConditions { IfNoneMatch = ETag.All } : null,
        };
        return SendAsync(StoreAct.Write, async (blob, limit) =>
        {
            try
            {
                await blob.UploadAsync(await sender.Requests.BodyAsync(bytes, limit), options, limit.Token);
                return true;
            }
            catch (RequestFailedException error) when (onlyNew && Existing.Contains(error.ErrorCode, StringComparer.Ordinal))
            {
                return false;
            }
        }, cancellationToken);
    }

    public Task BeginAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task PutPartAsync(int number, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var options = new BlockBlobStageBlockOptions { TransferValidation = ValidationOf(bytes.Span) };
        return StageAsync(StoreAct.Write, async (blob, limit) =>
            await blob.StageBlockAsync(BlockId(number), await sender.Requests.BodyAsync(bytes, limit), options, limit.Token), cancellationToken);
    }

    /// <summary>A part whose bytes the store has already.</summary>
    /// <param name="number">From 1.</param>
    /// <param name="source">Of what.</param>
    /// <param name="range">Which of its bytes.</param>
    /// <param name="version">Of which version.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task CopyPartAsync(int number, AzurePath source, HttpRange range, ETag version, CancellationToken cancellationToken) =>
        StageAsync(StoreAct.Copy, async (blob, limit) =>
        {
            limit.CancelAfter(StoreRequests.WorkTimeout);
            AzureCopySource from = await sender.ClientFor(source).SourceAsync(source, limit.Token);
            await blob.StageBlockFromUriAsync(from.Uri, BlockId(number), new StageBlockFromUriOptions
            {
                SourceRange = range, SourceAuthentication = from.Authorization, SourceConditions = new RequestConditions { IfMatch = version },
            }, limit.Token);
        }, cancellationToken);

    /// <summary>That all are there, and each as it was sent, the store has checked. After an answer that was lost it finds the blocks in the blob itself.</summary>
    public Task CompleteAsync(long bytes, CancellationToken cancellationToken) => SendAsync(StoreAct.Write, async (blob, limit) =>
    {
        limit.CancelAfter(StoreRequests.WorkTimeout);
        await blob.CommitBlockListAsync(Enumerable.Range(1, blocks).Select(BlockId), cancellationToken: limit.Token);
        return true;
    }, cancellationToken);

    public Task AbortAsync() => Task.CompletedTask;

    [SuppressMessage("Security", "CA5351", Justification = "It guards against damage on the way; so Azure wants it.")]
    private static UploadTransferValidationOptions ValidationOf(ReadOnlySpan<byte> bytes) =>
        new() { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5, PrecalculatedChecksum = MD5.HashData(bytes) };

    /// <summary>All of a blob have the same length (Azure, "Put Block").</summary>
    private string BlockId(int number)
    {
        Span<byte> bytes = stackalloc byte[16 + sizeof(int)];
        id.TryWriteBytes(bytes);
        BitConverter.TryWriteBytes(bytes[16..], number);
        return Convert.ToBase64String(bytes);
    }

    private async Task StageAsync(StoreAct act, Func<BlockBlobClient, CancellationTokenSource, Task> request, CancellationToken cancellationToken)
    {
        await SendAsync(act, async (blob, limit) =>
        {
            await request(blob, limit);
            return true;
        }, cancellationToken);
        Interlocked.Increment(ref blocks);
    }

    private Task<bool> SendAsync(StoreAct act, Func<BlockBlobClient, CancellationTokenSource, Task<bool>> request, CancellationToken cancellationToken) =>
        sender.SendAsync(location, path, act, (container, limit) => request(container.GetBlockBlobClient(path.Blob), limit), cancellationToken);
}
