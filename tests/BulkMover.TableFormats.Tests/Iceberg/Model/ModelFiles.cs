namespace BulkMover.TableFormats.Tests.Iceberg.Model;

/// <summary>The partition that a file is in: its spec and the values of the spec's fields.</summary>
internal sealed record ModelScope(int SpecId, IReadOnlyList<object?> Values)
{
    public bool Equals(ModelScope? other) => other is not null && SpecId == other.SpecId && Values.Zip(other.Values).All(pair => Same(pair.First, pair.Second));

    public override int GetHashCode() => SpecId;

    public static bool Same(object? left, object? right) =>
        left is byte[] bytes && right is byte[] others ? bytes.AsSpan().SequenceEqual(others) : Equals(left, right);
}

/// <summary>A data file: the columns it was written with and its rows.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Scope">Its partition.</param>
/// <param name="SequenceNumber">Data sequence number.</param>
/// <param name="Columns">Columns of the file, with the names and types of that time.</param>
/// <param name="Constants">Values of columns that only the partition has, by field id.</param>
/// <param name="Rows">As they were written.</param>
internal sealed record ModelDataFile(
    string Path, ModelScope Scope, long SequenceNumber, IReadOnlyList<ModelColumn> Columns, IReadOnlyDictionary<int, object?> Constants, IReadOnlyList<ModelRow> Rows)
{
    /// <summary>False for a file of another writer that was added to the table as it is.</summary>
    public bool HasIds { get; init; } = true;
}

/// <summary>Rows of a position delete file.</summary>
internal sealed record ModelPositionDeletes(long SequenceNumber, IReadOnlyList<(string Path, long Position)> Rows);

/// <summary>An equality delete file.</summary>
/// <param name="SequenceNumber">Data sequence number.</param>
/// <param name="Scope">Null when it is global.</param>
/// <param name="Keys">Delete columns with the types of that time.</param>
/// <param name="Rows">Their values.</param>
internal sealed record ModelEqualityDeletes(long SequenceNumber, ModelScope? Scope, IReadOnlyList<ModelColumn> Keys, IReadOnlyList<ModelRow> Rows);
