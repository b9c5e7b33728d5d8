using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Iceberg.Manifests;
using BulkMover.TableFormats.Iceberg.Paths;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>
/// The deletes of one plan: says what applies to a data file, and loads once what applies to several. Planning is for one caller at a time,
/// loading for many.
/// </summary>
/// <param name="store">Where the table lies.</param>
/// <param name="index">The delete files of the snapshot.</param>
/// <param name="paths">Finds delete files.</param>
internal sealed class DeletePlan(IObjectStore store, DeleteIndex index, PathResolver paths)
{
    /// <summary>Enough for the deletes of the partitions that are read at a time; more is read again.</summary>
    private const long KeptBytes = 256L * 1024 * 1024;

    /// <summary>An entry of a <see cref="KeyTable"/>, twice for growing, and its key.</summary>
    private const long BytesPerKey = 128;

    /// <summary>Numbers of rows in lists that grow.</summary>
    private const long BytesPerPosition = 8;

    private readonly Dictionary<object, Location[]> locations = new(ReferenceEqualityComparer.Instance);
    private readonly SharedLoads<DeleteFile, Dictionary<string, PositionSet>> positions = new(KeptBytes);
    private readonly SharedLoads<EqualityGroup, KeyTable> keys = new(KeptBytes);

    /// <summary>The deletes that apply to the data file; null when none do.</summary>
    /// <exception cref="CorruptTableException">A delete file is missing, or cannot be applied.</exception>
    public async ValueTask<IRowDeletes?> OfAsync(DataFile file, CancellationToken cancellationToken)
    {
        long sequenceNumber = file.SequenceNumber ?? throw new CorruptTableException("iceberg.manifest_invalid",
            $"'{file.Path}' has no sequence number (field 3), so that it cannot be known which deletes apply to it. Choose another snapshot.");
        string name = DataFileName.Of(file.Path);
        var parts = new List<DeletePart>();
        if (index.VectorOf(file, name, sequenceNumber) is { } vector)
        {
            // "Scan Planning": a deletion vector has all positions of the position delete files, which are ignored then.
            Location location = await paths.ResolveAsync(vector.Path, cancellationToken);
            parts.Add(new PositionPart(vector, VectorBytes(vector), vector.Rows, token => DeletionVector.ReadAsync(store, location, vector, token)!));
        }
        else
        {
            foreach (DeleteFile deletes in index.PositionsOf(file, name, sequenceNumber))
                parts.Add(OwnPositions(name, deletes, await paths.ResolveAsync(deletes.Path, cancellationToken)));
            foreach (DeleteFile deletes in index.PositionsAround(file, sequenceNumber))
                parts.Add(SharedPositions(name, deletes, (await ResolveAsync(deletes, [deletes], cancellationToken))[0]));
        }

        foreach (EqualityGroup group in index.EqualityOf(file, sequenceNumber))
            parts.Add(Equality(group, sequenceNumber, await ResolveAsync(group, group.Files, cancellationToken)));
        return parts.Count == 0 ? null : new FileDeletes(parts);
    }

    private PositionPart OwnPositions(string name, DeleteFile deletes, Location location) => new(
        deletes,
        BytesPerPosition * deletes.Rows,
        null,
        async token => (await PositionDeletes.ReadAsync(store, location, deletes, name, token)).GetValueOrDefault(name));

    private PositionPart SharedPositions(string name, DeleteFile deletes, Location location)
    {
        long bytes = BytesPerPosition * deletes.Rows;
        return new PositionPart(
            deletes,
            positions.IsLoaded(deletes) ? 0 : bytes,
            null,
            async token => (await positions.GetAsync(deletes, bytes, inner => PositionDeletes.ReadAsync(store, location, deletes, null, inner), token))
                .GetValueOrDefault(name));
    }

    private EqualityPart Equality(EqualityGroup group, long sequenceNumber, Location[] files)
    {
        long bytes = (BytesPerKey * group.Rows) + group.Bytes;
        return new EqualityPart(
            group, keys.IsLoaded(group) ? 0 : bytes, sequenceNumber,
            token => keys.GetAsync(group, bytes, inner => EqualityDeletes.ReadAsync(store, group, files, inner), token));
    }

    /// <summary>
    /// The bytes as they are stored, ten at least for a chunk of the set, which takes some hundred itself; and two bytes a position at most,
    /// in a list or in a bitmap.
    /// </summary>
    private static long VectorBytes(DeleteFile vector) => (vector.ContentBytes * 20L) + (2 * vector.Rows);

    private async ValueTask<Location[]> ResolveAsync(object key, IReadOnlyList<DeleteFile> files, CancellationToken cancellationToken)
    {
        if (locations.TryGetValue(key, out Location[]? known))
            return known;
        var resolved = new Location[files.Count];
        for (int i = 0; i < resolved.Length; i++)
            resolved[i] = await paths.ResolveAsync(files[i].Path, cancellationToken);
        return locations[key] = resolved;
    }
}
