namespace BulkMover.Datasets.Lineitem;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine and runtime, which <see cref="Random"/> does not promise,
/// and a new stream costs nothing.
/// </summary>
public struct SplitMix64(ulong state)
{
    private ulong state = state;

    /// <summary>An independent stream for each pair.</summary>
    public static SplitMix64 Stream(long seed, long index) => new(Mix(Mix((ulong)seed) + (ulong)index));

    public ulong Next() => Mix(state += 0x9E3779B97F4A7C15);

    /// <summary>From <paramref name="min"/> to <paramref name="max"/>, both included. The bias is below 2⁻³² per value.</summary>
    public int Between(int min, int max) => min + (int)(((Next() >> 32) * (ulong)(max - min + 1)) >> 32);

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
