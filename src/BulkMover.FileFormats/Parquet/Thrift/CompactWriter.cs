using System.Buffers;
using System.Text;

namespace BulkMover.FileFormats.Parquet.Thrift;

/// <summary>Writes Thrift's compact protocol. The fields of a struct are written with rising ids.</summary>
internal sealed class CompactWriter
{
    private readonly ArrayBufferWriter<byte> bytes = new(1024);
    private readonly Stack<int> outerIds = new();
    private int lastId;

    public ReadOnlySpan<byte> WrittenSpan => bytes.WrittenSpan;

    public void Boolean(int id, bool value) => Header(id, value ? CompactType.True : CompactType.False);

    public void Byte(int id, sbyte value)
    {
        Header(id, CompactType.Byte);
        Raw((byte)value);
    }

    public void Int32(int id, int value)
    {
        Header(id, CompactType.Int32);
        VarInt(ZigZag(value));
    }

    public void Int64(int id, long value)
    {
        Header(id, CompactType.Int64);
        VarInt(ZigZag(value));
    }

    public void String(int id, string value) => Binary(id, Encoding.UTF8.GetBytes(value));

    public void Binary(int id, ReadOnlySpan<byte> value)
    {
        Header(id, CompactType.Binary);
        VarInt((ulong)value.Length);
        bytes.Write(value);
    }

    public void ListHeader(int id, CompactType element, int count)
    {
        Header(id, CompactType.List);
        Raw((byte)((Math.Min(count, 15) << 4) | (int)element));
        if (count >= 15)
            VarInt((ulong)count);
    }

    public void BeginStruct(int id)
    {
        Header(id, CompactType.Struct);
        BeginElement();
    }

    /// <summary>Begins a struct that is an element of a list, or the outermost one.</summary>
    public void BeginElement()
    {
        outerIds.Push(lastId);
        lastId = 0;
    }

    public void End()
    {
        Raw(0);
        lastId = outerIds.Pop();
    }

    public void EmptyStruct(int id)
    {
        BeginStruct(id);
        End();
    }

    private void Header(int id, CompactType type)
    {
        int delta = id - lastId;
        lastId = id;
        if (delta is > 0 and <= 15)
        {
            Raw((byte)((delta << 4) | (int)type));
            return;
        }

        Raw((byte)type);
        VarInt(ZigZag(id));
    }

    private void VarInt(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            Raw((byte)(value | 0x80));
        Raw((byte)value);
    }

    internal void Raw(byte value)
    {
        bytes.GetSpan(1)[0] = value;
        bytes.Advance(1);
    }

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));
}
