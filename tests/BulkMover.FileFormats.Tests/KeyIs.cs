using Apache.Arrow;
using BulkMover.Core.Scans;

namespace BulkMover.FileFormats.Tests;

/// <summary>Deleted rows by the value of a column.</summary>
internal sealed class KeyIs(Field key, long value) : IRowDeletes, IDeletedRows
{
    public IReadOnlyList<Field> KeyColumns => [key];

    public long Bytes => 100;

    public long? Rows => null;

    public UInt128 Identity => 0;

    public Task<IDeletedRows> LoadAsync(CancellationToken cancellationToken) => Task.FromResult<IDeletedRows>(this);

    public void Mark(RecordBatch keys, long firstPosition, Span<bool> deleted)
    {
        var values = (Int64Array)keys.Column(0);
        for (int row = 0; row < deleted.Length; row++)
            deleted[row] |= values.GetValue(row) == value;
    }

    public bool HasAll(long firstPosition, long count) => false;
}
