using System.CommandLine;
using BulkMover.Cli.Sources;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;

namespace BulkMover.Cli.Commands;

/// <summary>The snapshot that a command names, opened while its target is: both are round trips. What comes of it is of interest to whoever takes it.</summary>
internal sealed class OpeningSnapshot : IAsyncDisposable
{
    private readonly Meanwhile<(Source Source, ITableSnapshot Snapshot)> opening;
    private Task<(Source Source, ITableSnapshot Snapshot)>? untaken;

    /// <summary>Begins to open it.</summary>
    /// <param name="arguments">The command.</param>
    /// <param name="cancellationToken">Stops the requests, as disposing does.</param>
    public OpeningSnapshot(ParseResult arguments, CancellationToken cancellationToken)
    {
        opening = new Meanwhile<(Source, ITableSnapshot)>(stopping => OpenAsync(arguments, stopping), cancellationToken);
        untaken = opening.Answer;
    }

    /// <summary>Null from the second time on: what has failed is begun anew.</summary>
    public Task<(Source Source, ITableSnapshot Snapshot)>? Take() => Interlocked.Exchange(ref untaken, null);

    public ValueTask DisposeAsync() => opening.DisposeAsync();

    private static async Task<(Source, ITableSnapshot)> OpenAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        Source source = await CopySides.OpenSourceAsync(arguments, cancellationToken);
        return (source, await source.OpenReadableSnapshotAsync(arguments.GetValue(SharedOptions.Snapshot), cancellationToken));
    }
}
