using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;

namespace BulkMover.Core.Filters;

/// <summary>Leaves over strings and binary of every layout, compared byte by byte, unsigned.</summary>
internal static class BytesLeaf
{
    /// <summary>Sets the bits of the valid rows for which the leaf is true; what a null row points to is not looked at.</summary>
    public static void Run(ArrayData data, Filter leaf, SelectionBits valid, SelectionBits bits)
    {
        switch (leaf)
        {
            case Filter.StartsWith starts:
                Loop(data, new HasPrefix(starts.Prefix), valid, bits);
                break;
            case Filter.In isIn:
                Loop(data, new IsIn(new HashSet<byte[]>(isIn.Literals.Select(literal => (byte[])literal.Value!), new ByteComparer())), valid, bits);
                break;
            case Filter.Comparison comparison:
                Loop(data, new IsOrdered(comparison.Operator, (byte[])comparison.Literal.Value!), valid, bits);
                break;
            default:
                throw new InvalidOperationException($"{leaf.GetType().Name} does not apply to {data.DataType.Name}.");
        }
    }

    private static void Loop<TPredicate>(ArrayData data, TPredicate predicate, SelectionBits valid, SelectionBits bits)
        where TPredicate : struct, IPredicate<ReadOnlySpan<byte>>
    {
        IArrowType type = FilterTypes.OfValues(data.DataType);
        switch (type.TypeId)
        {
            case ArrowTypeId.String or ArrowTypeId.Binary:
                LoopOffsets<int, TPredicate>(data, predicate, valid, bits);
                break;
            case ArrowTypeId.LargeString or ArrowTypeId.LargeBinary:
                LoopOffsets<long, TPredicate>(data, predicate, valid, bits);
                break;
            case ArrowTypeId.StringView or ArrowTypeId.BinaryView:
                LoopViews(new BinaryViewArray(AsBinaryView(data)), predicate, valid, bits);
                break;
            case ArrowTypeId.FixedSizedBinary:
                LoopFixed(data, ((FixedSizeBinaryType)type).ByteWidth, predicate, valid, bits);
                break;
            default:
                throw new InvalidOperationException($"A filter does not compare {type.Name}.");
        }
    }

    private static void LoopOffsets<TOffset, TPredicate>(ArrayData data, TPredicate predicate, SelectionBits valid, SelectionBits bits)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
        where TPredicate : struct, IPredicate<ReadOnlySpan<byte>>
    {
        if (data.Length == 0)
            return;
        ReadOnlySpan<TOffset> offsets = data.Values<TOffset>(extra: 1);
        ReadOnlySpan<byte> bytes = data.Buffers[2].Span;
        for (int row = 0; row < data.Length; row++)
        {
            if (!valid[row])
                continue;
            int start = int.CreateChecked(offsets[row]), end = int.CreateChecked(offsets[row + 1]);
            if (predicate.Test(bytes[start..end]))
                bits.Set(row);
        }
    }

    private static void LoopFixed<TPredicate>(ArrayData data, int width, TPredicate predicate, SelectionBits valid, SelectionBits bits)
        where TPredicate : struct, IPredicate<ReadOnlySpan<byte>>
    {
        ReadOnlySpan<byte> bytes = data.Buffers[1].Span[(data.Offset * width)..];
        for (int row = 0; row < data.Length; row++)
        {
            if (valid[row] && predicate.Test(bytes.Slice(row * width, width)))
                bits.Set(row);
        }
    }

    private static void LoopViews<TPredicate>(BinaryViewArray views, TPredicate predicate, SelectionBits valid, SelectionBits bits)
        where TPredicate : struct, IPredicate<ReadOnlySpan<byte>>
    {
        for (int row = 0; row < views.Length; row++)
        {
            if (valid[row] && predicate.Test(views.GetBytes(row)))
                bits.Set(row);
        }
    }

    /// <summary>The same memory seen as binary: string views have the same layout.</summary>
    private static ArrayData AsBinaryView(ArrayData data) =>
        new(BinaryViewType.Default, data.Length, data.NullCount, data.Offset, data.Buffers, data.Children);

    private readonly struct HasPrefix(byte[] prefix) : IPredicate<ReadOnlySpan<byte>>
    {
        public bool Test(ReadOnlySpan<byte> value) => value.StartsWith(prefix);
    }

    private readonly struct IsOrdered(ComparisonOperator op, byte[] literal) : IPredicate<ReadOnlySpan<byte>>
    {
        public bool Test(ReadOnlySpan<byte> value) => op switch
        {
            ComparisonOperator.Equal => value.SequenceEqual(literal),
            ComparisonOperator.NotEqual => !value.SequenceEqual(literal),
            ComparisonOperator.Less => value.SequenceCompareTo(literal) < 0,
            ComparisonOperator.LessOrEqual => value.SequenceCompareTo(literal) <= 0,
            ComparisonOperator.Greater => value.SequenceCompareTo(literal) > 0,
            _ => value.SequenceCompareTo(literal) >= 0,
        };
    }

    private readonly struct IsIn(HashSet<byte[]> literals) : IPredicate<ReadOnlySpan<byte>>
    {
        private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> lookup = literals.GetAlternateLookup<ReadOnlySpan<byte>>();

        public bool Test(ReadOnlySpan<byte> value) => lookup.Contains(value);
    }

    private sealed class ByteComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
