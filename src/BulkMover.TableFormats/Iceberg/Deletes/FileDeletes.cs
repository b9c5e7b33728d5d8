using Apache.Arrow;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>The deletes that apply to one data file.</summary>
/// <param name="parts">At least one.</param>
internal sealed class FileDeletes(IReadOnlyList<DeletePart> parts) : IRowDeletes
{
    public IReadOnlyList<Field> KeyColumns { get; } = [.. parts.OfType<EqualityPart>().SelectMany(part => part.Columns).DistinctBy(IdOf)];

    public long Bytes => parts.Sum(part => part.Bytes);

    /// <remarks>Only a deletion vector alone tells: other deletes may name rows twice, or rows of other files.</remarks>
    public long? Rows => parts is [PositionPart { Rows: { } rows }] ? rows : null;

    /// <remarks>A sum, for manifests may list the delete files in another order in another snapshot.</remarks>
    public UInt128 Identity => parts.Aggregate(UInt128.Zero, (sum, part) => unchecked(sum + part.Identity));

    public async Task<IDeletedRows> LoadAsync(CancellationToken cancellationToken)
    {
        var positions = new List<PositionSet>();
        var values = new List<DeletedValues>();
        foreach (DeletePart part in parts)
        {
            if (part is PositionPart { LoadAsync: var loadPositions } && await loadPositions(cancellationToken) is { } set)
                positions.Add(set);
            if (part is EqualityPart equality)
                values.Add(new DeletedValues(await equality.LoadAsync(cancellationToken), PlacesOf(equality.Columns), equality.SequenceNumber));
        }

        return new DeletedRows(positions, values);
    }

    private int[] PlacesOf(IReadOnlyList<Field> columns) =>
        [.. columns.Select(column => KeyColumns.TakeWhile(key => IdOf(key) != IdOf(column)).Count())];

    private static int? IdOf(Field column) => EqualityKey.LeafOf(column).FieldId();
}
