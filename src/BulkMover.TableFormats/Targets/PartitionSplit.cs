using System.Buffers;
using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Targets;

/// <summary>Puts the rows of a batch in the order of their partitions, each partition's in the order that they had. Safe for concurrent use.</summary>
/// <param name="columns">By what.</param>
/// <param name="allocator">Where copied rows live.</param>
internal sealed class PartitionSplit(IReadOnlyList<PartitionColumn> columns, MemoryAllocator allocator)
{
    private const int NullCode = 0;

    /// <summary>Takes the batch over.</summary>
    public RowBlock Split(RecordBatch batch)
    {
        if (columns.Count == 0)
            return new RowBlock(batch, [(PartitionTuple.Empty, batch.Length)]);
        using (batch)
        {
            (int[] rows, List<Group> groups) = Gather(batch);
            try
            {
                return new RowBlock(BatchSelection.Take(batch, rows.AsSpan(0, batch.Length), allocator), [.. groups.Select(group => (group.Tuple, group.Rows))]);
            }
            finally
            {
                ArrayPool<int>.Shared.Return(rows);
            }
        }
    }

    /// <summary>Numbers of rows, those of each group together; rented.</summary>
    private (int[] Rows, List<Group> Groups) Gather(RecordBatch batch)
    {
        int[] groupOfRow = ArrayPool<int>.Shared.Rent(batch.Length), rows = ArrayPool<int>.Shared.Rent(batch.Length);
        groupOfRow.AsSpan(0, batch.Length).Clear();
        var groups = new List<Group> { new([]) };
        foreach (PartitionColumn column in columns)
            groups = Refine(groups, groupOfRow.AsSpan(0, batch.Length), PartitionValues.Of(column, batch.Column(column.Source).Data), column);

        int[] next = new int[groups.Count];
        foreach (int group in groupOfRow.AsSpan(0, batch.Length))
            groups[group].Rows++;
        for (int i = 1; i < next.Length; i++)
            next[i] = next[i - 1] + groups[i - 1].Rows;
        for (int row = 0; row < batch.Length; row++)
            rows[next[groupOfRow[row]]++] = row;
        ArrayPool<int>.Shared.Return(groupOfRow);
        return (rows, groups);
    }

    /// <summary>Splits groups by one more column; rows get the number of their new group.</summary>
    private static List<Group> Refine(List<Group> groups, Span<int> groupOfRow, PartitionValues values, PartitionColumn column)
    {
        var codes = new Dictionary<byte[], int>(ByteKeys.Instance);
        var byBytes = codes.GetAlternateLookup<ReadOnlySpan<byte>>();
        var scalars = new List<Scalar> { new(column.Type, null) };
        var refined = new List<Group>();
        var numbers = new Dictionary<(int Group, int Code), int>();
        Span<byte> scratch = stackalloc byte[16];
        (int lastGroup, int lastCode, int lastNumber) = (-1, -1, -1);
        for (int row = 0; row < groupOfRow.Length; row++)
        {
            int code = NullCode;
            if (!values.IsNull(row) && values.Value(row, scratch) is var value && !byBytes.TryGetValue(value, out code))
            {
                code = scalars.Count;
                codes.Add(value.ToArray(), code);
                scalars.Add(PartitionValues.ToScalar(value, column.Type));
            }

            int group = groupOfRow[row];
            if (group != lastGroup || code != lastCode)
            {
                (lastGroup, lastCode) = (group, code);
                if (!numbers.TryGetValue((group, code), out lastNumber))
                {
                    numbers.Add((group, code), lastNumber = refined.Count);
                    refined.Add(new Group([.. groups[group].Values, scalars[code]]));
                }
            }

            groupOfRow[row] = lastNumber;
        }

        return refined;
    }

    private sealed class Group(IReadOnlyList<Scalar> values)
    {
        private PartitionTuple? tuple;

        public IReadOnlyList<Scalar> Values => values;

        public PartitionTuple Tuple => tuple ??= new PartitionTuple(values);

        public int Rows { get; set; }
    }

    private sealed class ByteKeys : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static ByteKeys Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
