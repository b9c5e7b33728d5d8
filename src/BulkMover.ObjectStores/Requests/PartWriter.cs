using System.Buffers;
using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Requests;

/// <summary>
/// Collects bytes to parts and has some of them on their way. It holds no more than <see cref="PartSize.Held"/> parts, in arrays of which what is
/// behind the part is never touched; an object that is no longer than a part is put whole.
/// </summary>
/// <param name="upload">Sends them.</param>
/// <param name="location">The object, for messages.</param>
/// <param name="size">Of the parts.</param>
/// <param name="knownBytes">The object's length where that is known, to take no more memory than that; null else. It may be wrong.</param>
internal sealed class PartWriter(IPartUpload upload, Location location, PartSize size, long? knownBytes) : IObjectWriter
{
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> underWay = [];
    private byte[] buffer = [];
    private int filled;
    private int parts;
    private bool isBegun;
    private bool isComplete;
    private bool isDisposed;

    public long Length { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await TakeAsync(bytes, cancellationToken);
        }
        catch
        {
            // Some of the bytes are taken and some not: it can never be complete.
            await stop.CancelAsync();
            throw;
        }
    }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (stop.IsCancellationRequested)
            throw new InvalidOperationException($"'{location}' cannot be complete: writing it has failed.");
        if (!isBegun)
        {
            await upload.PutWholeAsync(buffer.AsMemory(0, filled), cancellationToken);
        }
        else
        {
            await SendPartAsync(cancellationToken);
            while (underWay.Count > 0)
                await OneArrivesAsync(cancellationToken);
            await upload.CompleteAsync(Length, cancellationToken);
        }

        isComplete = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        await stop.CancelAsync();
        foreach (Task part in underWay)
            await part.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        GiveBack(buffer);
        if (isBegun && !isComplete)
            await upload.AbortAsync();
        stop.Dispose();
    }

    private async ValueTask TakeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            // Not before more bytes come: what is exactly a part long is put whole.
            if (filled == size.Bytes)
                await SendPartAsync(cancellationToken);
            // Before the next one is in memory.
            while (underWay.Count >= size.Held)
                await OneArrivesAsync(cancellationToken);
            int taken = Math.Min(bytes.Length, size.Bytes - filled);
            MakeRoom(filled + taken);
            bytes[..taken].CopyTo(buffer.AsMemory(filled));
            (filled, Length, bytes) = (filled + taken, Length + taken, bytes[taken..]);
        }
    }

    private void MakeRoom(int bytes)
    {
        if (bytes <= buffer.Length)
            return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(knownBytes < size.Bytes ? Math.Max(bytes, (int)knownBytes) : size.Bytes);
        buffer.AsSpan(0, filled).CopyTo(larger);
        GiveBack(buffer);
        buffer = larger;
    }

    private async Task SendPartAsync(CancellationToken cancellationToken)
    {
        if (parts == size.MaxParts)
            throw PartSize.TooLarge(location);
        if (!isBegun)
            await upload.BeginAsync(cancellationToken);
        isBegun = true;
        underWay.Add(PutPartAsync(++parts, buffer, filled));
        (buffer, filled) = ([], 0);
    }

    private async Task OneArrivesAsync(CancellationToken cancellationToken)
    {
        Task arrived = await Task.WhenAny(underWay).WaitAsync(cancellationToken);
        underWay.Remove(arrived);
        await arrived;
    }

    private async Task PutPartAsync(int number, byte[] part, int bytes)
    {
        try
        {
            await upload.PutPartAsync(number, part.AsMemory(0, bytes), stop.Token);
        }
        finally
        {
            // A request that was given up may still read it for a moment; nobody takes what it sends.
            GiveBack(part);
        }
    }

    private static void GiveBack(byte[] rented)
    {
        if (rented.Length > 0)
            ArrayPool<byte>.Shared.Return(rented);
    }
}
