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
    private long lastUse = Stopwatch.GetTimestamp();

    internal InsertRequest(ServerClient client, string sql, IReadOnlyDictionary<string, object> settings)
    {
        this.client = client;
        answer = client.PostAsync(sql, settings, WriteBodyAsync, abandon.Token);
    }

    /// <summary>Rows written so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Bytes written so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Time since the last block, or since the start.</summary>
    public TimeSpan Idle => Stopwatch.GetElapsedTime(lastUse);

    /// <summary>Sends a block. It stays the caller's, and is no longer read when this returns or throws.</summary>
    /// <exception cref="BulkMoverException">The server's reason, where it gave one, rather than the broken connection that followed.</exception>
    public async Task WriteAsync(NativeBlock block, CancellationToken cancellationToken)
    {
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
            await block.WriteToAsync(await opened.Task, CancellationToken.None);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await FailAsync(bounded.IsCancellationRequested ? new TimeoutException("The server takes no more rows.", error) : error);
        }

        Rows += block.Rows;
        Bytes += block.Bytes;
        lastUse = Stopwatch.GetTimestamp();
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
        await answer.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        abandon.Dispose();
    }

    /// <summary>Hands the request's stream out and keeps it open until everything has been written to it.</summary>
    private async Task WriteBodyAsync(Stream stream, CancellationToken cancellationToken)
    {
        opened.TrySetResult(stream);
        await allWritten.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Throws why the request failed: its answer, else the write's own failure.</summary>
    private async Task FailAsync(Exception? write)
    {
        if (!abandon.IsCancellationRequested)
            await CompleteAsync(CancellationToken.None);
        throw NetworkErrors.Of("clickhouse", client.Endpoint.Server, write ?? new IOException("The server answered before the rows were sent."));
    }
}
