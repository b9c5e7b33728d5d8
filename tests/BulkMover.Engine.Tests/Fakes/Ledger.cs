using System.Collections.Concurrent;

namespace BulkMover.Engine.Tests.Fakes;

/// <summary>Counts how often each thing that is owned was disposed: in the end exactly once (invariant 6).</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<object, int> disposals = new(ReferenceEqualityComparer.Instance);

    public void Made(object thing) => disposals[thing] = 0;

    public void Disposed(object thing) => disposals.AddOrUpdate(thing, 1, (_, times) => times + 1);

    public int Count<T>() => disposals.Keys.OfType<T>().Count();

    public void AssertEachDisposedOnce() =>
        Assert.Empty(disposals.Where(entry => entry.Value != 1).Select(entry => $"{entry.Key.GetType().Name} disposed {entry.Value} times"));
}
