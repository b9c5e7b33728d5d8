using Apache.Arrow;
using BulkMover.Core.Scans;

namespace BulkMover.Testing.Deletes;

/// <summary>Deleted rows by their number in the file.</summary>
public sealed class Positions(params long[] rows) : IRowDeletes
{
    public IReadOnlyList<Field> KeyColumns => [];

    public long Bytes => 100;

    public long? Rows => rows.Length;

    public UInt128 Identity => 0;

    public Task<IDeletedRows> LoadAsync(CancellationToken cancellationToken)
    {
        var set = new PositionSet();
        foreach (long row in rows)
            set.Add(row);
        return Task.FromResult<IDeletedRows>(set);
    }
}
