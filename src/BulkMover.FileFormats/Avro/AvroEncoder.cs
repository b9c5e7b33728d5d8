using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace BulkMover.FileFormats.Avro;

/// <summary>Writes values one after the other into memory (Avro specification, "Binary Encoding"). The caller keeps to its schema.</summary>
public sealed class AvroEncoder
{
    private readonly ArrayBufferWriter<byte> output = new();

    /// <summary>Valid until the next value.</summary>
    public ReadOnlyMemory<byte> Written => output.WrittenMemory;

    public int Length => output.WrittenCount;

    public void Clear() => output.ResetWrittenCount();

    /// <summary>An int or a long, also the index of a branch: a zigzag varint.</summary>
    public void WriteLong(long value)
    {
        Span<byte> bytes = output.GetSpan(10);
        int length = 0;
        ulong rest = (ulong)((value << 1) ^ (value >> 63));
        for (; rest >= 0x80; rest >>= 7)
            bytes[length++] = (byte)(rest | 0x80);
        bytes[length++] = (byte)rest;
        output.Advance(length);
    }

    public void WriteBoolean(bool value) => output.Write([value ? (byte)1 : (byte)0]);

    public void WriteFloat(float value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(output.GetSpan(sizeof(float)), value);
        output.Advance(sizeof(float));
    }

    public void WriteDouble(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(output.GetSpan(sizeof(double)), value);
        output.Advance(sizeof(double));
    }

    /// <summary>Bytes, or a string in UTF-8.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteLong(value.Length);
        output.Write(value);
    }

    public void WriteString(string value)
    {
        WriteLong(Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, output);
    }

    /// <summary>A fixed, or a value that is encoded already.</summary>
    public void WriteRaw(ReadOnlySpan<byte> value) => output.Write(value);

    /// <summary>The first branch of a union of null and another type.</summary>
    public void WriteNull() => WriteLong(0);

    /// <summary>The second branch of such a union; the value follows.</summary>
    public void WriteSome() => WriteLong(1);

    /// <summary>A number that may be null, of such a union.</summary>
    public void WriteOptional(long? value)
    {
        if (value is { } number)
        {
            WriteSome();
            WriteLong(number);
        }
        else
        {
            WriteNull();
        }
    }

    /// <summary>Bytes that may be null, of such a union.</summary>
    public void WriteOptional(byte[]? value)
    {
        if (value is not null)
        {
            WriteSome();
            WriteBytes(value);
        }
        else
        {
            WriteNull();
        }
    }
}
