using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;

namespace BulkMover.TableFormats.ParquetDirectories;

/// <summary>
/// Parquet files without a table format: one file, a directory with all its directories, or a glob. Directories below it named
/// <c>column=value</c> are partition columns.
/// </summary>
public sealed class ParquetTable : ITable
{
    private const string IsDelta = "parquet.is_delta";

    private readonly IObjectStore store;
    private readonly Location location;
    private readonly FileSet files;

    private readonly IReadOnlyDictionary<string, IArrowType> known;

    private ParquetTable(IObjectStore store, Location location, FileSet files, IReadOnlyDictionary<string, IArrowType> known) =>
        (this.store, this.location, this.files, this.known) = (store, location, files, known);

    public string Format => "parquet";

    /// <summary>As below, with partition columns of the types that their values suggest.</summary>
    public static Task<ParquetTable> OpenAsync(IObjectStore store, Location location, CancellationToken cancellationToken) =>
        OpenAsync(store, location, ReadOnlyDictionary<string, IArrowType>.Empty, cancellationToken);

    /// <param name="store">Where the files lie.</param>
    /// <param name="location">A file, a directory, or a path with glob characters. A path that exists is taken literally.</param>
    /// <param name="known">Types of columns by name: a partition column, which is text in names of directories, is read as one if all its values are of it.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="InvalidInputException">The glob is malformed or has no directory to begin at.</exception>
    public static async Task<ParquetTable> OpenAsync(
        IObjectStore store, Location location, IReadOnlyDictionary<string, IArrowType> known, CancellationToken cancellationToken) =>
        new(store, location, await FileSet.FindAsync(store, location, cancellationToken), known);

    public async IAsyncEnumerable<SnapshotSummary> SnapshotsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }

    /// <summary>Lists the files and reads the footer of each.</summary>
    /// <exception cref="InvalidInputException">A snapshot is named, no file is found, or the directory is a Delta table.</exception>
    /// <exception cref="CorruptTableException">A file is not valid Parquet, or the files do not make one table.</exception>
    /// <exception cref="UnsupportedFeatureException">A file is encrypted.</exception>
    public async Task<ITableSnapshot> OpenSnapshotAsync(SnapshotSelector? selector, CancellationToken cancellationToken)
    {
        if (selector is not null)
            throw new InvalidInputException("parquet.no_snapshots", $"'{location}' is plain Parquet files, which have no snapshots such as '{selector}'. Leave --snapshot out.");
        await using var opening = new Meanwhile<ParquetSnapshot>(stopping => ParquetSnapshot.OpenAsync(store, location, files, known, stopping), cancellationToken);
        try
        {
            await ThrowIfDeltaAsync(cancellationToken);
        }
        catch (BulkMoverException error) when (error.Code != IsDelta)
        {
            // What is wrong with the store is told of the files that were named, and not of what was looked for beside them.
            await opening.Answer;
            throw;
        }

        return await opening.Answer;
    }

    private async Task ThrowIfDeltaAsync(CancellationToken cancellationToken)
    {
        await foreach (StoredObject _ in store.ListAsync(location.Combine("_delta_log"), cancellationToken))
        {
            throw new InvalidInputException(IsDelta,
                $"'{location}' has a Delta log, which alone says which of its files are the table. Read it with {location.AddressOf("delta")}; " +
                $"a glob such as {location}/**/*.parquet reads all files, removed ones too.");
        }
    }
}
