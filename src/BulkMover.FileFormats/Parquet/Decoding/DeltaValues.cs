using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Integers in DELTA_BINARY_PACKED.</summary>
/// <param name="width">Bytes of an integer, 4 or 8.</param>
internal sealed class DeltaValues(int width) : FixedValues
{
    private const int AtOnce = 256;

    private readonly DeltaReader reader = new();
    private readonly long[] wide = new long[AtOnce];

    public override void Begin(ReadOnlyMemory<byte> page) => reader.Begin(page);

    public override void Read(Span<byte> values)
    {
        if (width == sizeof(long))
        {
            reader.Read(MemoryMarshal.Cast<byte, long>(values));
            return;
        }

        for (Span<int> left = MemoryMarshal.Cast<byte, int>(values); !left.IsEmpty;)
        {
            Span<long> some = wide.AsSpan(0, Math.Min(AtOnce, left.Length));
            reader.Read(some);
            // Sums of 32-bit integers wrap around in 32 bits; what is above them does not count.
            for (int i = 0; i < some.Length; i++)
                left[i] = unchecked((int)some[i]);
            left = left[some.Length..];
        }
    }
}
