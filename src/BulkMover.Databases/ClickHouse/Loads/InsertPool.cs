using System.Runtime.ExceptionServices;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Native;

namespace BulkMover.Databases.ClickHouse.Loads;

/// <summary>
/// Open inserts that blocks are streamed into, one a lane. Each stays open over many blocks, so that the server makes few large parts (it
/// collects about a million rows for one) while nothing has to be kept here; and since a lane's blocks come in the source's order, the
/// server finds the rows of a part sorted where the source has them sorted. Safe for concurrent use, of one lane by one caller at a time.
/// </summary>
internal sealed class InsertPool : IAsyncDisposable
{
    /// <summary>
    /// An insert ends after so many bytes: each ends with a part that is not full, one in several at this size. The server reads the
    /// body of an insert it has refused to its end, so much longer would make errors late.
    /// </summary>
    private const long MaxInsertBytes = 1L << 30;

    /// <summary>An insert of large blocks that gets so many small ones in a row, or the other way round, is of the wrong kind; fewer are the ends of row groups.</summary>
    private const int MaxOfOtherKind = 3;

    private readonly Func<bool, InsertRequest> open;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly LaneInsert?[] idle;
    private readonly List<Task> ending = [];
    private readonly Timer sweep;

    /// <param name="open">Starts an insert, of large blocks or not (<see cref="InsertStatement.IsLarge"/>).</param>
    /// <param name="lanes">Inserts that are open at the same time at most.</param>
    /// <param name="maxIdle">An insert that gets nothing for so long is ended.</param>
    public InsertPool(Func<bool, InsertRequest> open, int lanes, TimeSpan maxIdle)
    {
        this.open = open;
        idle = new LaneInsert?[lanes];
        sweep = new Timer(_ => EndIdle(maxIdle), null, maxIdle, maxIdle);
    }

    /// <summary>Streams a block into its lane's insert; it stays the caller's.</summary>
    /// <returns>Bytes that were sent.</returns>
    public async Task<long> SendAsync(NativeBlock block, int lane, CancellationToken cancellationToken)
    {
        ThrowIfOneFailed();
        LaneInsert insert = Take(lane, InsertStatement.IsLarge(block));
        long sent;
        try
        {
            sent = await insert.Request.WriteAsync(block, cancellationToken);
        }
        catch
        {
            await insert.Request.DisposeAsync();
            throw;
        }

        if (insert.Request.Bytes >= MaxInsertBytes)
            await EndAsync(insert.Request, cancellationToken);
        else
            GiveBack(insert, lane);
        return sent;
    }

    /// <summary>Sends blocks as an insert of their own; they stay the caller's.</summary>
    /// <returns>Bytes that were sent.</returns>
    public async Task<long> SendTogetherAsync(IReadOnlyList<NativeBlock> blocks, CancellationToken cancellationToken)
    {
        await using InsertRequest insert = open(InsertStatement.IsLarge(blocks[0]));
        long sent = 0;
        foreach (NativeBlock block in blocks)
            sent += await insert.WriteAsync(block, cancellationToken);
        await insert.CompleteAsync(cancellationToken);
        return sent;
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

    private LaneInsert Take(int lane, bool isLarge)
    {
        lock (gate)
        {
            if (idle[lane] is { } insert)
            {
                idle[lane] = null;
                insert = insert with { OfOtherKind = insert.IsLarge == isLarge ? 0 : insert.OfOtherKind + 1 };
                if (insert.OfOtherKind < MaxOfOtherKind && !insert.Request.IsOutdated)
                    return insert;
                ending.Add(EndAsync(insert.Request, stop.Token));
            }
        }

        // Not under the gate, which other lanes wait for: the request begins here.
        return new LaneInsert(open(isLarge), isLarge, 0);
    }

    private void GiveBack(LaneInsert insert, int lane)
    {
        lock (gate)
            idle[lane] = insert;
    }

    private Task[] Ending()
    {
        lock (gate)
            return [.. ending];
    }

    private void EndIdle(TimeSpan after)
    {
        lock (gate)
        {
            for (int lane = 0; lane < idle.Length; lane++)
            {
                if (idle[lane] is not { Request: var insert } || insert.Idle < after)
                    continue;
                idle[lane] = null;
                ending.Add(EndAsync(insert, stop.Token));
            }
        }
    }

    private static async Task EndAsync(InsertRequest insert, CancellationToken cancellationToken)
    {
        await using (insert)
        {
            // An abandoned insert must not be completed: the server would take what has arrived for all of it.
            cancellationToken.ThrowIfCancellationRequested();
            await insert.CompleteAsync(cancellationToken);
        }
    }

    /// <summary>An insert that was ended for idleness may have been refused meanwhile; nobody waits for it but the next one.</summary>
    private void ThrowIfOneFailed()
    {
        lock (gate)
        {
            if (ending.Find(task => task.IsFaulted) is { Exception.InnerException: { } failure })
                ExceptionDispatchInfo.Throw(failure);
            ending.RemoveAll(task => task.IsCompletedSuccessfully);
        }
    }

    /// <param name="Request">The insert.</param>
    /// <param name="IsLarge">Whether it is one of large blocks.</param>
    /// <param name="OfOtherKind">The last so many blocks were not.</param>
    private sealed record LaneInsert(InsertRequest Request, bool IsLarge, int OfOtherKind);
}
