using System.Runtime.InteropServices;

namespace BulkMover.Core.Targets;

/// <summary>
/// What some rows come to, in whatever order they are: rows with equal digests are equal, as far as sums of 64-bit hashes tell. The digest of
/// two sets of rows together is the sum of theirs. What is hashed is in decisions/0008.
/// </summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="RowHash">Sum of the hashes of whole rows, modulo 2^64: it shows also values that changed places within a column.</param>
/// <param name="Columns">In the order of the columns.</param>
public sealed record Digest(long Rows, ulong RowHash, IReadOnlyList<ColumnDigest> Columns)
{
    /// <summary>Of no rows.</summary>
    public static Digest Empty(int columns) => new(0, 0, new ColumnDigest[columns]);

    public static Digest operator +(Digest a, Digest b) => new(
        a.Rows + b.Rows, unchecked(a.RowHash + b.RowHash), [.. a.Columns.Zip(b.Columns, (one, other) => new ColumnDigest(one.Nulls + other.Nulls, unchecked(one.Hash + other.Hash)))]);

    /// <param name="digests">Of sets of rows that share none.</param>
    /// <param name="columns">Number of their columns.</param>
    public static Digest Sum(IEnumerable<Digest> digests, int columns) => digests.Aggregate(Empty(columns), (sum, digest) => sum + digest);

    /// <summary>Places of the columns whose digests differ from those of other rows with the same columns.</summary>
    public IEnumerable<int> DifferingColumns(Digest other) => Enumerable.Range(0, Columns.Count).Where(i => Columns[i] != other.Columns[i]);

    public bool Equals(Digest? other) => other is not null && Rows == other.Rows && RowHash == other.RowHash && Columns.SequenceEqual(other.Columns);

    public override int GetHashCode() => HashCode.Combine(Rows, RowHash);
}

/// <summary>What the values of one column come to.</summary>
/// <param name="Nulls">Number of nulls.</param>
/// <param name="Hash">Sum of the values' hashes, modulo 2^64.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ColumnDigest(long Nulls, ulong Hash);
