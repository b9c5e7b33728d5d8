using System.Globalization;
using System.Runtime.CompilerServices;
using BulkMover.Core.Stores;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Targets;

/// <summary>
/// A store that is asked in rounds, as one that is far sees them: it answers when all requests of a round are there. So one that waits for another of its round waits for
/// ever, and a request that is not of its round is an error.
/// </summary>
/// <param name="objects">Where the objects are.</param>
/// <param name="rounds">What is asked together, with blanks between; <c>verb:name</c>, names as <see cref="NameOf"/> has them.</param>
internal sealed class RoundsStore(MemoryObjectStore objects, params string[] rounds) : IWritableStore
{
    /// <summary>Only a test that fails waits so long.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private readonly Lock entering = new();
    private readonly List<string> missing = [];
    private TaskCompletionSource answer = new();
    private int round = -1;

    /// <summary>Rounds that came to their end.</summary>
    public int Answered => round + (missing.Count == 0 ? 1 : 0);

    public ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken) =>
        knownBytes is null ? new(AskAsync("get", location, () => objects.OpenAsync(location, null, cancellationToken).AsTask())) : new(OpenKnownAsync(location, knownBytes, cancellationToken));

    public async ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken) =>
        await AskAsync("head", location, () => objects.ExistsAsync(location, cancellationToken).AsTask());

    public async IAsyncEnumerable<StoredObject> ListAsync(Location prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (StoredObject found in await AskAsync("list", prefix, () => objects.ListAsync(prefix, cancellationToken).ToListAsync(cancellationToken).AsTask()))
            yield return found;
    }

    public async ValueTask<IObjectWriter> CreateAsync(Location location, long? knownBytes, CancellationToken cancellationToken) =>
        new Writer(this, location, await objects.CreateAsync(location, knownBytes, cancellationToken));

    public Task PutAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        AskAsync("put", location, async () =>
        {
            await objects.PutAsync(location, bytes, cancellationToken);
            return true;
        });

    public Task<bool> TryPutNewAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        AskAsync("new", location, () => objects.TryPutNewAsync(location, bytes, cancellationToken));

    public Task<bool> TryCopyAsync(Location source, long bytes, string? version, Location destination, CancellationToken cancellationToken) =>
        AskAsync("copy", destination, () => objects.TryCopyAsync(source, bytes, version, destination, cancellationToken));

    public Task DeleteAsync(Location location, CancellationToken cancellationToken) =>
        AskAsync("delete", location, async () =>
        {
            await objects.DeleteAsync(location, cancellationToken);
            return true;
        });

    /// <summary>What it is to the table.</summary>
    private static string NameOf(Location location) => (location.Parent.Name, location.Name) switch
    {
        _ when location == LakeCopy.Root => "table",
        ("transfers", _) or (_, "transfers") => "ledger",
        (_, ['t', 'r', 'i', 'a', 'l', '-', ..]) => "trial",
        (_, var name) when name.EndsWith(".parquet", StringComparison.Ordinal) => "file",
        (_, var name) when name.EndsWith("-m0.avro", StringComparison.Ordinal) => "manifest",
        (_, var name) when name.StartsWith("snap-", StringComparison.Ordinal) => "manifests",
        ("metadata", "version-hint.text") => "hint",
        ("metadata", var name) => name.Replace(".metadata.json", "", StringComparison.Ordinal),
        ("_delta_log", var name) => $"commit-{NumberOf(name)}",
        (_, var name) when name.EndsWith(".json", StringComparison.Ordinal) => $"entry-{NumberOf(name)}",
        (_, "metadata" or "_delta_log") => location.Name,
        _ => "files",
    };

    private static long NumberOf(string name) => long.Parse(Path.GetFileNameWithoutExtension(name), CultureInfo.InvariantCulture);

    private async Task<IRangeReader> OpenKnownAsync(Location location, long? knownBytes, CancellationToken cancellationToken) =>
        new Reader(this, location, await objects.OpenAsync(location, knownBytes, cancellationToken));

    private async Task<T> AskAsync<T>(string verb, Location location, Func<Task<T>> request)
    {
        Task answered;
        lock (entering)
        {
            if (missing.Count == 0)
                missing.AddRange(++round < rounds.Length ? rounds[round].Split(' ') : []);
            string name = $"{verb}:{NameOf(location)}";
            if (!missing.Remove(name))
                Assert.Fail($"Round {round + 1} is asked for {name}, and waits for: {string.Join(' ', missing)}");
            answered = answer.Task;
            if (missing.Count == 0)
            {
                answer.SetResult();
                answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        await answered.WaitAsync(Longest);
        return await request();
    }

    private sealed class Reader(RoundsStore store, Location location, IRangeReader reader) : IRangeReader
    {
        public long Length => reader.Length;

        public async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken) => await store.AskAsync("get", location, async () =>
        {
            await reader.ReadAsync(offset, destination, cancellationToken);
            return true;
        });

        public ValueTask DisposeAsync() => reader.DisposeAsync();
    }

    private sealed class Writer(RoundsStore store, Location location, IObjectWriter writer) : IObjectWriter
    {
        public long Length => writer.Length;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => writer.WriteAsync(bytes, cancellationToken);

        public Task CompleteAsync(CancellationToken cancellationToken) => store.AskAsync("put", location, async () =>
        {
            await writer.CompleteAsync(cancellationToken);
            return true;
        });

        public ValueTask DisposeAsync() => writer.DisposeAsync();
    }
}
