using Apache.Arrow;
using BulkMover.TableFormats.Iceberg.Manifests;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>
/// Equality delete files of one scope with the same delete columns. They are looked up as one: for a row it only matters which is the
/// newest file that has its values.
/// </summary>
/// <param name="columns">The delete columns, ascending by id; all of them may be null.</param>
internal sealed class EqualityGroup(IReadOnlyList<Field> columns)
{
    /// <summary>The newest file first, each with the sum of identities up to it. Made when somebody asks, after all files have been added.</summary>
    private (long SequenceNumber, UInt128 Sum)[]? newest;

    /// <summary>The scope of files that are partitioned by nothing: all data files.</summary>
    public static PartitionKey Everywhere { get; } = new(-1, "");

    public IReadOnlyList<Field> Columns => columns;

    public List<DeleteFile> Files { get; } = [];

    /// <summary>Of the newest file.</summary>
    public long SequenceNumber { get; private set; } = long.MinValue;

    /// <summary>Of all files together.</summary>
    public long Rows { get; private set; }

    /// <summary>Length of all files together.</summary>
    public long Bytes { get; private set; }

    /// <summary>Tells which files are newer than a data file.</summary>
    public UInt128 IdentityAfter(long sequenceNumber)
    {
        newest ??= Sum();
        // The first that is not newer.
        (int from, int to) = (0, newest.Length);
        while (from < to)
        {
            int middle = (from + to) / 2;
            (from, to) = newest[middle].SequenceNumber > sequenceNumber ? (middle + 1, to) : (from, middle);
        }

        return from == 0 ? 0 : newest[from - 1].Sum;
    }

    private (long SequenceNumber, UInt128 Sum)[] Sum()
    {
        UInt128 sum = 0;
        return [.. Files.OrderByDescending(file => file.SequenceNumber).Select(file => (file.SequenceNumber, unchecked(sum += file.Identity)))];
    }

    public void Add(DeleteFile file)
    {
        Files.Add(file);
        (Rows, Bytes) = (Rows + file.Rows, Bytes + file.Bytes);
        SequenceNumber = Math.Max(SequenceNumber, file.SequenceNumber);
    }
}
