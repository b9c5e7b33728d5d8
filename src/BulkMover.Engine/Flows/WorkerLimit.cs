namespace BulkMover.Engine.Flows;

/// <summary>Lets so many in at a time, in the order of asking; how many may change meanwhile. Safe for concurrent use.</summary>
/// <param name="first">As many at first.</param>
internal sealed class WorkerLimit(int first)
{
    private readonly Lock gate = new();
    private readonly Queue<TaskCompletionSource> waiting = new();
    private int limit = first;
    private int inside;

    public Task EnterAsync()
    {
        lock (gate)
        {
            if (inside < limit)
            {
                inside++;
                return Task.CompletedTask;
            }

            // Continuations run elsewhere: they would otherwise run under the gate.
            var place = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(place);
            return place.Task;
        }
    }

    public void Leave()
    {
        lock (gate)
        {
            inside--;
            LetIn();
        }
    }

    /// <summary>Who is inside beyond the new limit stays until it leaves.</summary>
    public void Change(int now)
    {
        lock (gate)
        {
            limit = now;
            LetIn();
        }
    }

    private void LetIn()
    {
        while (inside < limit && waiting.TryDequeue(out TaskCompletionSource? next))
        {
            inside++;
            next.SetResult();
        }
    }
}
