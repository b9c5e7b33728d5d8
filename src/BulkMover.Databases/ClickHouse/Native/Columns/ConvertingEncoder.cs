using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using BulkMover.Core.Digests;
using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Fixed-width values that are turned one by one into values of another width or form.</summary>
internal sealed class ConvertingEncoder<TIn, TOut, TConversion>(MappedType type, TConversion conversion) : ValueEncoder
    where TIn : unmanaged
    where TOut : unmanaged
    where TConversion : struct, IConversion<TIn, TOut>
{
    public override long CopiedBytes(ArrayData data) => (long)data.Length * Unsafe.SizeOf<TOut>();

    public override void Write(ArrayData data, Validity valid, BlockWriter writer)
    {
        ReadOnlySpan<byte> bytes = FixedValues.Of(data, Unsafe.SizeOf<TIn>()).Span;
        ReadOnlySpan<TIn> values = MemoryMarshal.Cast<byte, TIn>(bytes);
        int slot = 0;
        while (slot < values.Length)
        {
            Span<TOut> room = MemoryMarshal.Cast<byte, TOut>(writer.Room(Unsafe.SizeOf<TOut>()));
            int done = Convert(values[slot..], room);
            writer.Advance(done * Unsafe.SizeOf<TOut>());
            slot += done;
            if (done == room.Length || slot == values.Length)
                continue;

            if (valid.HoldsValue(slot))
                throw OutOfRange.At(slot, type, bytes, slot);
            // The bytes of a null may be anything; a default stands for it.
            writer.Fill(0, Unsafe.SizeOf<TOut>());
            slot++;
        }
    }

    public override void Hash(ArrayData data, Validity valid, Span<ulong> hashes)
    {
        TConversion convert = conversion;
        ReadOnlySpan<TIn> values = MemoryMarshal.Cast<byte, TIn>(FixedValues.Of(data, Unsafe.SizeOf<TIn>()).Span);
        // Some at a time, so that what they are turned into stays in the nearest cache.
        Span<TOut> some = stackalloc TOut[128];
        for (int slot = 0; slot < hashes.Length; slot += some.Length)
        {
            int count = Math.Min(some.Length, hashes.Length - slot);
            for (int i = 0; i < count; i++)
                convert.TryConvert(values[slot + i], out some[i]);
            ValueHash.OfEach(MemoryMarshal.AsBytes(some), Unsafe.SizeOf<TOut>(), hashes.Slice(slot, count));
        }
    }

    /// <summary>Converts until the input, the room or what fits ends.</summary>
    private int Convert(ReadOnlySpan<TIn> values, Span<TOut> room)
    {
        TConversion convert = conversion;
        int count = Math.Min(values.Length, room.Length);
        for (int i = 0; i < count; i++)
        {
            if (!convert.TryConvert(values[i], out TOut result))
                return i;
            room[i] = result;
        }

        return count;
    }
}
