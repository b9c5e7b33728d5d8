using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// By file key, the commit that spoke first of the file, and what it said. A hash table in one array: it keeps 34 to 69 bytes a file and looks
/// at one place in memory, which with a million files is a cache miss; a <see cref="Dictionary{TKey,TValue}"/> has two, and 36 to 80 bytes.
/// </summary>
internal sealed class FirstWords
{
    private const int InitialSlots = 1024;

    /// <summary>With more of its slots taken, the runs of taken ones that a search walks through get long.</summary>
    private const double MostTaken = 0.7;

    private Slot[] slots = new Slot[InitialSlots];
    private int count;

    /// <summary>True when nothing was said about the file before; <paramref name="first"/> is the first word in either case.</summary>
    public bool TryAdd(UInt128 key, (int Commit, int Said) word, out (int Commit, int Said) first)
    {
        if (count > slots.Length * MostTaken)
            Grow();
        ref Slot slot = ref Find((ulong)(key >> 64), (ulong)key);
        bool isNew = !slot.IsTaken;
        if (isNew)
        {
            slot = new Slot((ulong)(key >> 64), (ulong)key, word.Commit, word.Said);
            count++;
        }

        first = slot.Word;
        return isNew;
    }

    /// <summary>Null when nothing was said about the file.</summary>
    public (int Commit, int Said)? Find(UInt128 key) => Find((ulong)(key >> 64), (ulong)key) is { IsTaken: true } slot ? slot.Word : null;

    /// <summary>Begins to bring the key's slot from memory into the processor, where it can.</summary>
    public unsafe void Expect(UInt128 key)
    {
        // The address is only a hint, so it does not matter when the array moves.
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref slots[PlaceOf((ulong)(key >> 64))]));
    }

    /// <summary>The key's slot, or the free one that it would get.</summary>
    private ref Slot Find(ulong upper, ulong lower)
    {
        int place = PlaceOf(upper);
        while (slots[place].IsTaken && !slots[place].Has(upper, lower))
            place = (place + 1) & (slots.Length - 1);
        return ref slots[place];
    }

    // A key is a hash, so its bits are as good as any. The upper ones keep the slots in the order of the keys, so that growing walks through
    // both arrays from beginning to end.
    private int PlaceOf(ulong upper) => (int)(upper >> (64 - BitOperations.Log2((uint)slots.Length)));

    private void Grow()
    {
        Slot[] full = slots;
        slots = new Slot[checked(full.Length * 2)];
        foreach (ref readonly Slot slot in full.AsSpan())
        {
            if (slot.IsTaken)
                Find(slot.Upper, slot.Lower) = slot;
        }
    }

    // The key in halves: a UInt128 is aligned to 16 bytes, and a slot would take 32 of them.
    [StructLayout(LayoutKind.Auto)]
    private readonly struct Slot(ulong upper, ulong lower, int commit, int said)
    {
        /// <summary>One more than the commit's index, so that an empty slot is all zero.</summary>
        private readonly int commitNumber = commit + 1;

        public ulong Upper { get; } = upper;

        public ulong Lower { get; } = lower;

        public (int Commit, int Said) Word => (commitNumber - 1, said);

        public bool IsTaken => commitNumber != 0;

        public bool Has(ulong upper, ulong lower) => Upper == upper && Lower == lower;
    }
}
