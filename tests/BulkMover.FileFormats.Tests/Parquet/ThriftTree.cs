using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>A struct of Thrift's compact protocol that a test can look at and change, field by field.</summary>
internal sealed class ThriftTree
{
    private readonly SortedDictionary<int, (CompactType Type, object Value)> fields = [];

    public static ThriftTree Parse(ReadOnlySpan<byte> bytes)
    {
        var reader = new CompactReader(bytes);
        return Parse(ref reader, bytes);
    }

    public bool Has(int id) => fields.ContainsKey(id);

    public void Remove(int id) => fields.Remove(id);

    public long Integer(int id) => (long)fields[id].Value;

    public bool Boolean(int id) => (bool)fields[id].Value;

    public byte[] Binary(int id) => (byte[])fields[id].Value;

    public ThriftTree Struct(int id) => (ThriftTree)fields[id].Value;

    public List<object> List(int id) => ((CompactType, List<object>))fields[id].Value is var (_, items) ? items : [];

    public ThriftTree Struct(int id, int index) => (ThriftTree)List(id)[index];

    public ThriftTree Set(int id, long value, CompactType type = CompactType.Int64)
    {
        fields[id] = (type, value);
        return this;
    }

    public ThriftTree Set(int id, byte[] value)
    {
        fields[id] = (CompactType.Binary, value);
        return this;
    }

    public ThriftTree Set(int id, bool value)
    {
        fields[id] = (value ? CompactType.True : CompactType.False, value);
        return this;
    }

    public ThriftTree Set(int id, ThriftTree value)
    {
        fields[id] = (CompactType.Struct, value);
        return this;
    }

    public byte[] ToBytes()
    {
        var bytes = new List<byte>();
        Write(bytes);
        return [.. bytes];
    }

    private static ThriftTree Parse(ref CompactReader reader, ReadOnlySpan<byte> bytes)
    {
        var tree = new ThriftTree();
        int id = 0;
        while (reader.NextField(ref id, out CompactType type))
            tree.fields[id] = (type, Value(ref reader, type, bytes));
        return tree;
    }

    private static object Value(ref CompactReader reader, CompactType type, ReadOnlySpan<byte> bytes)
    {
        switch (type)
        {
            case CompactType.True or CompactType.False:
                return type == CompactType.True;
            case CompactType.Byte or CompactType.Int16 or CompactType.Int32 or CompactType.Int64:
                return reader.Int64(type);
            case CompactType.Binary:
                return reader.Binary(type).ToArray();
            case CompactType.List:
                int count = reader.ListOf(type, out CompactType element);
                var items = new List<object>();
                for (int i = 0; i < count; i++)
                    items.Add(element is CompactType.True or CompactType.False ? reader.BooleanElement(element) : Value(ref reader, element, bytes));
                return (element, items);
            case CompactType.Struct:
                return Parse(ref reader, bytes);
            default:
                int start = reader.Position;
                reader.Skip(type);
                return bytes[start..reader.Position].ToArray();
        }
    }

    private void Write(List<byte> bytes)
    {
        int last = 0;
        foreach ((int id, (CompactType type, object value)) in fields)
        {
            if (id - last <= 15)
            {
                bytes.Add((byte)((id - last) << 4 | (int)type));
            }
            else
            {
                bytes.Add((byte)type);
                VarInt(bytes, (ulong)id << 1);
            }

            last = id;
            Write(bytes, type, value);
        }

        bytes.Add(0);
    }

    private static void Write(List<byte> bytes, CompactType type, object value)
    {
        switch (value)
        {
            case bool:
                break;
            case long number when type == CompactType.Byte:
                bytes.Add((byte)number);
                break;
            case long number:
                VarInt(bytes, (ulong)(number << 1 ^ number >> 63));
                break;
            case byte[] binary when type == CompactType.Binary:
                VarInt(bytes, (ulong)binary.Length);
                bytes.AddRange(binary);
                break;
            case byte[] raw:
                bytes.AddRange(raw);
                break;
            case ThriftTree tree:
                tree.Write(bytes);
                break;
            default:
                (CompactType element, List<object> items) = ((CompactType, List<object>))value;
                bytes.Add((byte)(Math.Min(items.Count, 15) << 4 | (int)element));
                if (items.Count >= 15)
                    VarInt(bytes, (ulong)items.Count);
                foreach (object item in items)
                {
                    if (item is bool flag)
                        bytes.Add((byte)(flag ? 1 : 2));
                    else
                        Write(bytes, element, item);
                }

                break;
        }
    }

    private static void VarInt(List<byte> bytes, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
    }
}
