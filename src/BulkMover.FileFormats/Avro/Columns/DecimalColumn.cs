using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Memory;

namespace BulkMover.FileFormats.Avro.Columns;

/// <summary>Decimals: two's complement, the most significant byte first, in bytes or a fixed (Avro specification, "Decimal").</summary>
/// <param name="type">Up to 38 digits.</param>
/// <param name="nullBranch">See <see cref="AvroOption"/>.</param>
/// <param name="fixedBytes">Length of a fixed; null for bytes, which say their length.</param>
/// <param name="memory">What the values are collected in.</param>
internal sealed class DecimalColumn(Decimal128Type type, int nullBranch, int? fixedBytes, GrowingMemory memory) : ColumnDecoder(type, nullBranch, memory)
{
    private readonly GrowingArray<Int128> values = new(memory);
    private readonly Int128 limit = (Int128)BigInteger.Pow(10, type.Precision);

    public override long FixedBytes => Unsafe.SizeOf<Int128>();

    public override long Bytes => base.Bytes + values.Bytes;

    public override void Decode(ref AvroDecoder input)
    {
        if (DecodeNull(ref input))
            return;
        ReadOnlySpan<byte> bytes = fixedBytes is { } size ? input.ReadFixed(size) : input.ReadBytes();
        if (!TryRead(bytes, out Int128 value) || value >= limit || value <= -limit)
            throw input.Corrupt($"a decimal has no value of at most {type.Precision} digits");
        values.Add(value);
    }

    public override ArrayData Take(int length, TakenBuffers buffers) => Array(length, buffers, [values.Take(buffers)]);

    protected override void AddPlaceholder() => values.Add(default);

    private static bool TryRead(ReadOnlySpan<byte> bytes, out Int128 value)
    {
        value = default;
        if (bytes.IsEmpty)
            return false;
        byte sign = bytes[0] >= 0x80 ? (byte)0xFF : (byte)0;
        ReadOnlySpan<byte> low = bytes[^Math.Min(bytes.Length, Unsafe.SizeOf<Int128>())..];
        if (bytes[..^low.Length].ContainsAnyExcept(sign))
            return false;
        Span<byte> whole = stackalloc byte[Unsafe.SizeOf<Int128>()];
        whole.Fill(sign);
        low.CopyTo(whole[^low.Length..]);
        value = BinaryPrimitives.ReadInt128BigEndian(whole);
        // The sign bit may have been among the bytes that are cut off.
        return value < 0 == sign > 0;
    }
}
