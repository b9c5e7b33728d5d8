using System.Runtime.ExceptionServices;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Native;

namespace BulkMover.Databases.ClickHouse.Loads;

/// <summary>
/// Open inserts that blocks are streamed into. Each stays open over many blocks, so that the server makes few large parts (it collects
/// about a million rows for one) while nothing has to be kept here. Safe for concurrent use.
/// </summary>
internal sealed class InsertPool : IAsyncDisposable
{
    /// <summary>
    /// An insert ends after so many bytes: each ends with a part that is not full, one in several at this size. The server reads the
    /// body of an insert it has refused to its end, so much longer would make errors late.
    /// </summary>
    private const long MaxInsertBytes = 1L << 30;

    private readonly Func<InsertRequest> open;
    private readonly CancellationTokenSource stop = new();
    private readonly Stack<InsertRequest> idle = new();
    private readonly List<Task> ending = [];
    private readonly Timer sweep;
    private long writtenRows;

    /// <param name="open">Starts an insert.</param>
    /// <param name="maxIdle">An insert that gets nothing for so long is ended.</param>
    public InsertPool(Func<InsertRequest> open, TimeSpan maxIdle)
    {
        this.open = open;
        sweep = new Timer(_ => EndIdle(maxIdle), null, maxIdle, maxIdle);
    }

    /// <summary>Rows that the server has confirmed.</summary>
    public long WrittenRows => Interlocked.Read(ref writtenRows);

    /// <summary>Streams a block into an open insert; it stays the caller's.</summary>
    public async Task SendAsync(NativeBlock block, CancellationToken cancellationToken)
    {
        ThrowIfOneFailed();
        InsertRequest insert = Take();
        try
        {
            await insert.WriteAsync(block, cancellationToken);
        }
        catch
        {
            await insert.DisposeAsync();
            throw;
        }

        if (insert.Bytes >= MaxInsertBytes)
            await EndAsync(insert, cancellationToken);
        else
            GiveBack(insert);
    }

    /// <summary>Sends blocks as an insert of their own; they stay the caller's.</summary>
    public async Task SendTogetherAsync(IReadOnlyList<NativeBlock> blocks, CancellationToken cancellationToken)
    {
        await using InsertRequest insert = open();
        foreach (NativeBlock block in blocks)
            await insert.WriteAsync(block, cancellationToken);
        Interlocked.Add(ref writtenRows, await insert.CompleteAsync(cancellationToken));
    }

    /// <summary>Ends all inserts and waits until the server has confirmed them.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        EndIdle(TimeSpan.Zero);
        await Task.WhenAll(Ending()).WaitAsync(cancellationToken);
    }

    /// <summary>Abandons what is open.</summary>
    public async ValueTask DisposeAsync()
    {
        await sweep.DisposeAsync();
        await stop.CancelAsync();
        EndIdle(TimeSpan.Zero);
        // They have been told to stop; why they failed was told to whoever sent or flushed.
        await Task.WhenAll(Ending()).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        stop.Dispose();
    }

    private InsertRequest Take()
    {
        lock (idle)
        {
            if (idle.TryPop(out InsertRequest? insert))
                return insert;
        }

        return open();
    }

    private void GiveBack(InsertRequest insert)
    {
        lock (idle)
            idle.Push(insert);
    }

    private Task[] Ending()
    {
        lock (idle)
            return [.. ending];
    }

    private void EndIdle(TimeSpan after)
    {
        lock (idle)
        {
            InsertRequest[] all = [.. idle.Reverse()];
            idle.Clear();
            foreach (InsertRequest insert in all)
            {
                if (insert.Idle >= after)
                    ending.Add(EndAsync(insert, stop.Token));
                else
                    idle.Push(insert);
            }
        }
    }

    private async Task EndAsync(InsertRequest insert, CancellationToken cancellationToken)
    {
        await using (insert)
        {
            // An abandoned insert must not be completed: the server would take what has arrived for all of it.
            cancellationToken.ThrowIfCancellationRequested();
            Interlocked.Add(ref writtenRows, await insert.CompleteAsync(cancellationToken));
        }
    }

    /// <summary>An insert that was ended for idleness may have been refused meanwhile; nobody waits for it but the next one.</summary>
    private void ThrowIfOneFailed()
    {
        lock (idle)
        {
            if (ending.Find(task => task.IsFaulted) is { Exception.InnerException: { } failure })
                ExceptionDispatchInfo.Throw(failure);
            ending.RemoveAll(task => task.IsCompletedSuccessfully);
        }
    }
}
