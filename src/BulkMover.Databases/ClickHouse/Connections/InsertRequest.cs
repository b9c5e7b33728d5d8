using System.Diagnostics;
using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Native;

namespace BulkMover.Databases.ClickHouse.Connections;

/// <summary>
/// An INSERT on its way: open until <see cref="CompleteAsync"/>, so that many blocks make few parts without being kept in memory.
/// One caller at a time. Disposing it before the end makes the server drop what it has not made a part of.
/// </summary>
public sealed class InsertRequest : IAsyncDisposable
{
    private readonly ServerClient client;
    private readonly CancellationTokenSource abandon = new();
    private readonly TaskCompletionSource<Stream> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource allWritten = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<long> answer;
    private readonly ZstdBody? compressed;
    private Task body = Task.CompletedTask;
    private long lastUse = Stopwatch.GetTimestamp();

    internal InsertRequest(ServerClient client, string sql, IReadOnlyDictionary<string, object> settings)
    {
        this.client = client;
        compressed = client.Wire.IsCompressed ? new ZstdBody() : null;
        answer = client.PostAsync(sql, settings, compressed is not null, (stream, stopping) => body = WriteBodyAsync(stream, stopping), abandon.Token);
    }

    /// <summary>Rows written so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Bytes of blocks written so far, before they were compressed.</summary>
    public long Bytes { get; private set; }

    /// <summary>Time since the last block, or since the start.</summary>
    public TimeSpan Idle => Stopwatch.GetElapsedTime(lastUse);

    /// <summary>Whether blocks are sent in another way now.</summary>
    internal bool IsOutdated => compressed is not null != client.Wire.IsCompressed;

    /// <summary>Sends a block. It stays the caller's, and is no longer read when this returns or throws.</summary>
    /// <returns>Bytes that were sent for it.</returns>
    /// <exception cref="BulkMoverException">The server's reason, where it gave one, rather than the broken connection that followed.</exception>
    public async Task<long> WriteAsync(NativeBlock block, CancellationToken cancellationToken)
    {
        long sent = block.Bytes;
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(client.Endpoint.StallTimeout);
        // HttpClient's request stream listens to no token of a write: only giving up the request ends one that hangs.
        await using CancellationTokenRegistration ending = bounded.Token.Register(abandon.Cancel);
        try
        {
            // When the server cannot be reached at all, the answer fails and no stream ever opens.
            await Task.WhenAny(opened.Task, answer);
            if (!opened.Task.IsCompleted)
                await FailAsync(null);
            Stream stream = await opened.Task;
            long begun = Stopwatch.GetTimestamp();
            if (compressed is null)
                await block.WriteToAsync(stream, CancellationToken.None);
            else
                sent = await block.WriteToAsync(compressed, stream);
            client.Wire.Add(compressed is not null, block.Bytes, Stopwatch.GetElapsedTime(begun));
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await FailAsync(bounded.IsCancellationRequested ? new TimeoutException("The server takes no more rows.", error) : error);
        }

        Rows += block.Rows;
        Bytes += block.Bytes;
        lastUse = Stopwatch.GetTimestamp();
        return sent;
    }

    /// <summary>Ends the body and waits until the server has confirmed it.</summary>
    /// <returns>Rows that the server says it has written.</returns>
    public async Task<long> CompleteAsync(CancellationToken cancellationToken)
    {
        allWritten.TrySetResult();
        try
        {
            return await answer.WaitAsync(client.Endpoint.WorkTimeout, cancellationToken);
        }
        catch (TimeoutException error)
        {
            throw NetworkErrors.Of("clickhouse", client.Endpoint.Server, error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await abandon.CancelAsync();
        allWritten.TrySetCanceled();
        // Whoever had to know of a failure has got it from WriteAsync or CompleteAsync.
        await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // An answer may come before the body's end is written.
        await body.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        compressed?.Dispose();
        abandon.Dispose();
    }

    /// <summary>Hands the request's stream out and keeps it open until everything has been written to it.</summary>
    private async Task WriteBodyAsync(Stream stream, CancellationToken cancellationToken)
    {
        opened.TrySetResult(stream);
        await allWritten.Task.WaitAsync(cancellationToken);
        try
        {
            if (compressed is not null)
                await compressed.EndAsync(stream);
        }
        catch (IOException)
        {
            // The server has closed the connection, and why is in its answer, which is read next.
        }
    }

    /// <summary>Throws why the request failed: its answer, else the write's own failure.</summary>
    private async Task FailAsync(Exception? write)
    {
        if (!abandon.IsCancellationRequested)
            await CompleteAsync(CancellationToken.None);
        throw NetworkErrors.Of("clickhouse", client.Endpoint.Server, write ?? new IOException("The server answered before the rows were sent."));
    }
}
