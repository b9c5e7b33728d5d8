using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Numbers of a few bits each, packed without gaps from the least significant bit on (Encodings.md, "RLE").</summary>
internal static class BitUnpacking
{
    /// <summary>Bits of a number at most.</summary>
    public const int MaxWidth = 32;

    /// <summary>Numbers that begin at the same bit of a byte as those before them: they take as many bytes as a number has bits.</summary>
    private const int Group = 8;

    private const int BytesAtOnce = 256;

    /// <summary>Wherever it begins in a byte, a number of so many bits lies within four bytes.</summary>
    private const int MaxGroupWidth = 25;

    private static readonly Layout[] Layouts = [.. Enumerable.Range(0, MaxGroupWidth + 1).Select(width => new Layout(width))];

    /// <summary>Unpacks as many numbers as there is room for.</summary>
    /// <param name="packed">Begins with number 0 and holds all that are asked for.</param>
    /// <param name="first">Number of the first that is wanted.</param>
    /// <param name="width">Bits of each, from 0 to <see cref="MaxWidth"/>.</param>
    /// <param name="values">Where they go.</param>
    public static void Unpack(ReadOnlySpan<byte> packed, long first, int width, Span<int> values)
    {
        int done = 0;
        if (Avx2.IsSupported && width <= MaxGroupWidth)
        {
            int toGroup = (int)Math.Min(-first & (Group - 1), values.Length);
            for (; done < toGroup; done++)
                values[done] = One(packed, first + done, width);
            done += UnpackGroups(packed[(int)((first + done) / Group * width)..], width, values[done..]);
        }

        for (; done < values.Length; done++)
            values[done] = One(packed, first + done, width);
    }

    /// <summary>As above, of numbers that have no more bits than a byte.</summary>
    public static void Unpack(ReadOnlySpan<byte> packed, long first, int width, Span<byte> values)
    {
        Span<int> numbers = stackalloc int[BytesAtOnce];
        for (; !values.IsEmpty; first += BytesAtOnce)
        {
            int count = Math.Min(BytesAtOnce, values.Length);
            Unpack(packed, first, width, numbers[..count]);
            Narrow(numbers, values[..count]);
            values = values[count..];
        }
    }

    private static void Narrow(ReadOnlySpan<int> numbers, Span<byte> bytes)
    {
        for (; bytes.Length >= Vector256<byte>.Count; bytes = bytes[Vector256<byte>.Count..])
        {
            Vector256<short> low = Vector256.Narrow(Vector256.Create(numbers), Vector256.Create(numbers[8..]));
            Vector256<short> high = Vector256.Narrow(Vector256.Create(numbers[16..]), Vector256.Create(numbers[24..]));
            Vector256.Narrow(low.AsUInt16(), high.AsUInt16()).CopyTo(bytes);
            numbers = numbers[Vector256<byte>.Count..];
        }

        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)numbers[i];
    }

    private static int One(ReadOnlySpan<byte> packed, long number, int width) => (int)Bits.Load(packed, number * width, width);

    /// <summary>Eight at a time: the four bytes that each lies in are put side by side, then shifted and masked.</summary>
    /// <returns>How many were unpacked: no group whose loads would go beyond the bytes.</returns>
    private static int UnpackGroups(ReadOnlySpan<byte> packed, int width, Span<int> values)
    {
        Layout layout = Layouts[width];
        int room = packed.Length - layout.UpperHalf - Vector128<byte>.Count;
        int groups = room < 0 ? 0 : Math.Min(values.Length / Group, width == 0 ? int.MaxValue : (room / width) + 1);
        ref byte from = ref MemoryMarshal.GetReference(packed);
        ref int to = ref MemoryMarshal.GetReference(values);
        for (int i = 0; i < groups; i++)
        {
            ref byte group = ref Unsafe.Add(ref from, i * width);
            Vector256<byte> bytes = Vector256.Create(Vector128.LoadUnsafe(ref group), Vector128.LoadUnsafe(ref group, (nuint)layout.UpperHalf));
            Vector256<uint> numbers = Avx2.ShiftRightLogicalVariable(Avx2.Shuffle(bytes, layout.Bytes).AsUInt32(), layout.Shifts) & layout.Mask;
            numbers.AsInt32().StoreUnsafe(ref to, (nuint)(i * Group));
        }

        return groups * Group;
    }

    /// <summary>Where the numbers of a group lie.</summary>
    private sealed class Layout
    {
        public Layout(int width)
        {
            UpperHalf = Group / 2 * width / 8;
            Span<byte> bytes = stackalloc byte[Vector256<byte>.Count];
            Span<uint> shifts = stackalloc uint[Group];
            for (int i = 0; i < Group; i++)
            {
                int bit = (i * width) - (i < Group / 2 ? 0 : UpperHalf * 8);
                shifts[i] = (uint)bit % 8;
                for (int part = 0; part < sizeof(int); part++)
                    bytes[(i * sizeof(int)) + part] = (byte)((bit / 8) + part);
            }

            (Bytes, Shifts, Mask) = (Vector256.Create<byte>(bytes), Vector256.Create<uint>(shifts), Vector256.Create((uint)((1UL << width) - 1)));
        }

        /// <summary>The byte from which on the second four numbers are loaded; a shuffle does not cross the middle of a vector.</summary>
        public int UpperHalf { get; }

        public Vector256<byte> Bytes { get; }

        public Vector256<uint> Shifts { get; }

        public Vector256<uint> Mask { get; }
    }
}
