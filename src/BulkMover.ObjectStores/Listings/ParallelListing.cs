using System.Runtime.CompilerServices;
using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Listings;

/// <summary>
/// Lists with several requests at the same time, and hands the objects out in the order of the parts. Ahead of the caller it holds
/// <see cref="MostHeld"/> pages and those under way, so one that reads slowly holds the requests up, not the memory.
/// </summary>
internal static class ParallelListing
{
    /// <summary>Eight times as fast as one after another; a store bears as many from anybody.</summary>
    private const int RequestsAtOnce = 8;

    /// <summary>Of 1,000 objects each, 20 MB: enough that directories of 8,000 objects are listed whole while the first of them is handed out.</summary>
    private const int MostHeld = 64;

    /// <param name="store">What is listed.</param>
    /// <param name="prefix">What all keys begin with: empty, or with a slash at its end.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public static async IAsyncEnumerable<StoredObject> ListAsync(IListedStore store, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var parts = new LinkedList<ListingPart>([new ListingPlan(store).Directory(prefix)]);
        var underWay = new List<LinkedListNode<ListingPart>>();
        int held = 0;
        try
        {
            while (parts.First is { } first)
            {
                // Before anything else is asked for: who only wants to know whether there is an object pays for one request.
                if (first.Value.Objects is { } objects)
                {
                    foreach (StoredObject found in objects)
                        yield return found;
                    parts.RemoveFirst();
                    held--;
                    continue;
                }

                AskAhead(parts, underWay, held, stop.Token);
                await Task.WhenAny(underWay.Select(part => part.Value.Answer!));
                foreach (LinkedListNode<ListingPart> answered in underWay.Where(part => part.Value.Answer!.IsCompleted).ToList())
                {
                    underWay.Remove(answered);
                    held += Replace(answered, await answered.Value.Answer!);
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            foreach (LinkedListNode<ListingPart> part in underWay)
                await ((Task)part.Value.Answer!).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What is needed first is asked for first; the very first one always.</summary>
    private static void AskAhead(LinkedList<ListingPart> parts, List<LinkedListNode<ListingPart>> underWay, int held, CancellationToken stopping)
    {
        for (LinkedListNode<ListingPart>? part = parts.First; part is not null && underWay.Count < RequestsAtOnce && (held < MostHeld || part == parts.First); part = part.Next)
        {
            if (part.Value is not { Objects: null, Answer: null })
                continue;
            part.Value.Ask(stopping);
            underWay.Add(part);
        }
    }

    /// <returns>How many parts have come that hold objects.</returns>
    private static int Replace(LinkedListNode<ListingPart> asked, IReadOnlyList<ListingPart> answer)
    {
        LinkedListNode<ListingPart> last = asked;
        foreach (ListingPart part in answer)
            last = asked.List!.AddAfter(last, part);
        asked.List!.Remove(asked);
        return answer.Count(part => part.Objects is not null);
    }
}
