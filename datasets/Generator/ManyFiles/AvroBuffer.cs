using System.Text;

namespace BulkMover.Datasets.ManyFiles;

/// <summary>Encodes Avro values one after the other (Avro specification, "Binary Encoding").</summary>
internal sealed class AvroBuffer
{
    private byte[] bytes = new byte[128 * 1024];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>An int, a long, the index of a branch, a count or a length.</summary>
    public void Long(long value)
    {
        ulong rest = (ulong)((value << 1) ^ (value >> 63));
        for (; rest >= 0x80; rest >>= 7)
            Byte((byte)(rest | 0x80));
        Byte((byte)rest);
    }

    /// <summary>The first branch of a union with null.</summary>
    public void Null() => Long(0);

    /// <summary>As many of them.</summary>
    public void Nulls(int count)
    {
        for (; count > 0; count--)
            Null();
    }

    /// <summary>A manifest entry's <c>equality_ids</c>: of one field, or none.</summary>
    public void EqualityIds(int? field)
    {
        if (field is not { } id)
        {
            Null();
            return;
        }

        Some();
        Long(1);
        Long(id);
        Long(0);
    }

    /// <summary>The second branch, whose value follows.</summary>
    public void Some() => Long(1);

    public void Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Long(value.Length);
        Raw(value);
    }

    public void Raw(ReadOnlySpan<byte> value)
    {
        while (bytes.Length - Length < value.Length)
            Array.Resize(ref bytes, 2 * bytes.Length);
        value.CopyTo(bytes.AsSpan(Length));
        Length += value.Length;
    }

    public void Byte(byte value) => Raw([value]);
}
