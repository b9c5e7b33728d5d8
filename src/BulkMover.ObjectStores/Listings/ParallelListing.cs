using System.Runtime.CompilerServices;
using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Listings;

/// <summary>
/// Lists with several requests at the same time, and hands the objects out in the order of the sections. Ahead of the caller it holds
/// <see cref="MostHeld"/> objects and those under way, so one that reads slowly holds the requests up, not the memory.
/// </summary>
internal static class ParallelListing
{
    /// <summary>Eight times as fast as one after another; a store bears as many from anybody.</summary>
    private const int RequestsAtOnce = 8;

    /// <summary>20 MB: enough that directories of 8,000 objects are listed whole while the first of them is handed out.</summary>
    private const int MostHeld = 64_000;

    /// <param name="store">What is listed.</param>
    /// <param name="prefix">What all keys begin with: empty, or with a slash at its end.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public static async IAsyncEnumerable<StoredObject> ListAsync(IListedStore store, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sections = new LinkedList<ListingSection>([new ListingPlan(store).Directory(prefix)]);
        var underWay = new List<LinkedListNode<ListingSection>>();
        int held = 0;
        try
        {
            while (sections.First is { } first)
            {
                // Before anything else is asked for: who only wants to know whether there is an object pays for one request.
                if (first.Value.Objects is { } objects)
                {
                    foreach (StoredObject found in objects)
                        yield return found;
                    sections.RemoveFirst();
                    held -= objects.Count;
                    continue;
                }

                AskAhead(sections, underWay, held, stop.Token);
                await Task.WhenAny(underWay.Select(section => section.Value.Answer!));
                foreach (LinkedListNode<ListingSection> answered in underWay.Where(section => section.Value.Answer!.IsCompleted).ToList())
                {
                    underWay.Remove(answered);
                    held += Replace(answered, await answered.Value.Answer!);
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            foreach (LinkedListNode<ListingSection> section in underWay)
                await ((Task)section.Value.Answer!).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What is needed first is asked for first; the very first one always.</summary>
    private static void AskAhead(LinkedList<ListingSection> sections, List<LinkedListNode<ListingSection>> underWay, int held, CancellationToken stopping)
    {
        for (LinkedListNode<ListingSection>? section = sections.First; section is not null && underWay.Count < RequestsAtOnce && (held < MostHeld || section == sections.First); section = section.Next)
        {
            if (section.Value is not { Objects: null, Answer: null })
                continue;
            section.Value.Ask(stopping);
            underWay.Add(section);
        }
    }

    /// <returns>How many objects have come.</returns>
    private static int Replace(LinkedListNode<ListingSection> asked, IReadOnlyList<ListingSection> answer)
    {
        LinkedListNode<ListingSection> last = asked;
        foreach (ListingSection section in answer)
            last = asked.List!.AddAfter(last, section);
        asked.List!.Remove(asked);
        return answer.Sum(section => section.Objects?.Count ?? 0);
    }
}
