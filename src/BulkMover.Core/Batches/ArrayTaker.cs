using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;

namespace BulkMover.Core.Batches;

/// <summary>Copies chosen rows of arrays of all layouts, with their children (Arrow columnar format, "Physical Memory Layout").</summary>
internal sealed class ArrayTaker(TakenBuffers buffers)
{
    /// <summary>Row <c>i</c> of the result is row <c>shift + rows.Numbers[i]</c> of the array; the shift is a struct's offset into its children.</summary>
    public ArrayData Take(ArrayData data, ChosenRows rows, int shift)
    {
        int start = checked(data.Offset + shift);
        IArrowType type = SourceType.Storage(data.DataType);
        switch (type.TypeId)
        {
            case ArrowTypeId.Null:
                return new ArrayData(data.DataType, rows.Length, rows.Length, 0, System.Array.Empty<ArrowBuffer>());
            case ArrowTypeId.Boolean:
                return Result(data, rows, start, [TakeBits(data.Buffers[1].Span, rows.Numbers, start, out _)]);
            case ArrowTypeId.String or ArrowTypeId.Binary:
                return TakeBytes<int>(data, rows, start);
            case ArrowTypeId.LargeString or ArrowTypeId.LargeBinary:
                return TakeBytes<long>(data, rows, start);
            case ArrowTypeId.StringView or ArrowTypeId.BinaryView:
                return Result(data, rows, start, [TakeFixed(data, 16, rows, start), .. data.Buffers[2..].Select(buffers.Share)]);
            case ArrowTypeId.List or ArrowTypeId.Map:
                return TakeList<int>(data, rows, start);
            case ArrowTypeId.LargeList:
                return TakeList<long>(data, rows, start);
            case ArrowTypeId.FixedSizeList:
                return TakeFixedSizeList(data, ((FixedSizeListType)type).ListSize, rows, start);
            case ArrowTypeId.Struct:
                return Result(data, rows, start, [], TakeChildren(data, rows, start));
            default:
                return type is FixedWidthType { BitWidth: var bits }
                    ? Result(data, rows, start, [TakeFixed(data, bits / 8, rows, start)])
                    : throw new UnsupportedFeatureException("batch.type_unsupported", $"Rows of type {type.Name} cannot be chosen.");
        }
    }

    private ArrayData Result(
        ArrayData data, ChosenRows rows, int start, ReadOnlySpan<ArrowBuffer> values, params ArrayData[] children)
    {
        int nulls = 0;
        ArrowBuffer validity = data.NullCount == 0 || data.Buffers[0].IsEmpty
            ? ArrowBuffer.Empty
            : TakeBits(data.Buffers[0].Span, rows.Numbers, start, out nulls);
        ArrayData? dictionary = data.Dictionary is null ? null : buffers.Share(data.Dictionary);
        return new ArrayData(data.DataType, rows.Length, nulls, 0, [validity, .. values], children, dictionary);
    }

    private ArrowBuffer TakeBits(ReadOnlySpan<byte> bitmap, ReadOnlySpan<int> rows, int start, out int zeros)
    {
        ArrowBuffer taken = buffers.Allocate((rows.Length + 7) / 8, out Span<byte> target);
        target.Clear();
        int ones = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            int bit = BitUtility.GetBit(bitmap, start + rows[i]) ? 1 : 0;
            target[i >> 3] |= (byte)(bit << (i & 7));
            ones += bit;
        }

        zeros = rows.Length - ones;
        return taken;
    }

    private ArrowBuffer TakeFixed(ArrayData data, int width, ChosenRows rows, int start)
    {
        ArrowBuffer taken = buffers.Allocate(checked(rows.Length * width), out Span<byte> target);
        ReadOnlySpan<byte> source = rows.Length == 0 ? [] : data.Buffers[1].Span[checked(start * width)..];
        foreach (ChosenRows.Run run in rows.Runs)
        {
            source.Slice(checked(run.First * width), checked(run.Length * width)).CopyTo(target);
            target = target[(run.Length * width)..];
        }

        if (rows.Runs.IsEmpty)
            TakeFixed(source, width, rows.Numbers, target);
        return taken;
    }

    private static void TakeFixed(ReadOnlySpan<byte> source, int width, ReadOnlySpan<int> rows, Span<byte> target)
    {
        switch (width)
        {
            case 1: Gather<byte>(source, rows, target); break;
            case 2: Gather<ushort>(source, rows, target); break;
            case 4: Gather<uint>(source, rows, target); break;
            case 8: Gather<ulong>(source, rows, target); break;
            case 16: Gather<UInt128>(source, rows, target); break;
            default:
                for (int i = 0; i < rows.Length; i++)
                    source.Slice(rows[i] * width, width).CopyTo(target[(i * width)..]);
                break;
        }
    }

    private static void Gather<T>(ReadOnlySpan<byte> source, ReadOnlySpan<int> rows, Span<byte> target)
        where T : unmanaged
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(source);
        Span<T> taken = MemoryMarshal.Cast<byte, T>(target);
        for (int i = 0; i < rows.Length; i++)
            taken[i] = values[rows[i]];
    }

    private ArrayData TakeBytes<TOffset>(ArrayData data, ChosenRows rows, int start)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        ReadOnlySpan<TOffset> offsets = OffsetsFrom<TOffset>(data, start);
        ArrowBuffer takenOffsets = TakeOffsets(offsets, rows, out int total);
        ArrowBuffer takenBytes = buffers.Allocate(total, out Span<byte> target);
        ReadOnlySpan<byte> bytes = data.Buffers[2].Span;
        for (int i = 0; i < rows.Length;)
        {
            Range run = NextRun(offsets, rows.Numbers, ref i);
            bytes[run].CopyTo(target);
            target = target[bytes[run].Length..];
        }

        return Result(data, rows, start, [takenOffsets, takenBytes]);
    }

    private ArrayData TakeList<TOffset>(ArrayData data, ChosenRows rows, int start)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        ReadOnlySpan<TOffset> offsets = OffsetsFrom<TOffset>(data, start);
        ArrowBuffer takenOffsets = TakeOffsets(offsets, rows, out int total);
        int[] childRows = ArrayPool<int>.Shared.Rent(total);
        int count = 0;
        for (int i = 0; i < rows.Length;)
        {
            Range run = NextRun(offsets, rows.Numbers, ref i);
            for (int child = run.Start.Value; child < run.End.Value; child++)
                childRows[count++] = child;
        }

        ArrayData values = Take(data.Children[0], new ChosenRows(childRows.AsSpan(0, total)), shift: 0);
        ArrayPool<int>.Shared.Return(childRows);
        return Result(data, rows, start, [takenOffsets], values);
    }

    private ArrayData TakeFixedSizeList(ArrayData data, int listSize, ChosenRows rows, int start)
    {
        int total = checked(rows.Length * listSize);
        int[] childRows = ArrayPool<int>.Shared.Rent(total);
        for (int i = 0; i < total; i++)
            childRows[i] = (start + rows.Numbers[i / listSize]) * listSize + i % listSize;
        ArrayData values = Take(data.Children[0], new ChosenRows(childRows.AsSpan(0, total)), shift: 0);
        ArrayPool<int>.Shared.Return(childRows);
        return Result(data, rows, start, [], values);
    }

    private ArrayData[] TakeChildren(ArrayData data, ChosenRows rows, int start)
    {
        var children = new ArrayData[data.Children.Length];
        for (int i = 0; i < children.Length; i++)
            children[i] = Take(data.Children[i], rows, start);
        return children;
    }

    private static ReadOnlySpan<TOffset> OffsetsFrom<TOffset>(ArrayData data, int start)
        where TOffset : unmanaged => data.Buffers[1].IsEmpty ? [] : MemoryMarshal.Cast<byte, TOffset>(data.Buffers[1].Span)[start..];

    /// <summary>Offsets of the result, from 0 to <paramref name="total"/>.</summary>
    private ArrowBuffer TakeOffsets<TOffset>(ReadOnlySpan<TOffset> offsets, ChosenRows rows, out int total)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        ArrowBuffer buffer = buffers.Allocate(checked((rows.Length + 1) * Unsafe.SizeOf<TOffset>()), out Span<byte> target);
        Span<TOffset> taken = MemoryMarshal.Cast<byte, TOffset>(target);
        TOffset end = TOffset.Zero;
        taken[0] = end;
        taken = taken[1..];
        foreach (ChosenRows.Run run in rows.Runs)
        {
            ReadOnlySpan<TOffset> ends = offsets.Slice(run.First + 1, run.Length);
            TOffset shift = end - offsets[run.First];
            end = checked(end + ends[^1] - offsets[run.First]);
            for (int i = 0; i < ends.Length; i++)
                taken[i] = ends[i] + shift;
            taken = taken[run.Length..];
        }

        for (int i = 0; i < taken.Length; i++)
        {
            int row = rows.Numbers[i];
            end = checked(end + offsets[row + 1] - offsets[row]);
            taken[i] = end;
        }

        total = int.CreateChecked(end);
        return buffer;
    }

    /// <summary>What neighbouring rows hold together; <paramref name="index"/> moves behind them. Most filters keep rows in runs.</summary>
    private static Range NextRun<TOffset>(ReadOnlySpan<TOffset> offsets, ReadOnlySpan<int> rows, ref int index)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        int first = rows[index], last = first;
        for (index++; index < rows.Length && rows[index] == last + 1; index++)
            last++;
        return int.CreateChecked(offsets[first])..int.CreateChecked(offsets[last + 1]);
    }
}
