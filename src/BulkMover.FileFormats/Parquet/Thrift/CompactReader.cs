using System.Text;

namespace BulkMover.FileFormats.Parquet.Thrift;

/// <summary>
/// Reads Thrift's compact protocol from memory. Every length is checked against the bytes that are left, so that hostile input
/// costs no more than its own size.
/// </summary>
/// <exception cref="ThriftException">Thrown by every method for bytes that break the protocol.</exception>
internal ref struct CompactReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>Structs nest far less than this in any Parquet file; skipping unknown ones must not exhaust the stack.</summary>
    private const int MaxDepth = 32;

    private readonly ReadOnlySpan<byte> bytes = bytes;

    /// <summary>Bytes consumed so far.</summary>
    public int Position { get; private set; }

    /// <summary>Moves to the next field of a struct; false at its end. Start with <paramref name="id"/> = 0.</summary>
    public bool NextField(ref int id, out CompactType type)
    {
        byte header = Byte();
        type = (CompactType)(header & 0x0F);
        if (header == 0)
            return false;
        if (type is CompactType.Stop or > CompactType.Uuid)
            throw new ThriftException($"type {header & 0x0F} after field {id} does not exist");

        int delta = header >> 4;
        id = delta != 0 ? id + delta : (short)ZigZag(VarInt());
        return true;
    }

    public static bool Boolean(CompactType type) => type switch
    {
        CompactType.True => true,
        CompactType.False => false,
        _ => throw Unexpected(type, "a boolean"),
    };

    /// <summary>A boolean in a list is a byte of its own: 1 is true; false is 2, or 0 by writers that follow the older text.</summary>
    public bool BooleanElement(CompactType element)
    {
        if (element is not (CompactType.True or CompactType.False))
            throw Unexpected(element, "a boolean");
        byte value = Byte();
        return value <= 2 ? value == 1 : throw new ThriftException($"{value} is not a boolean");
    }

    public int Int32(CompactType type)
    {
        long value = Int64(type);
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw new ThriftException($"{value} is not a 32-bit integer");
    }

    public long Int64(CompactType type) => type switch
    {
        CompactType.Byte => (sbyte)Byte(),
        CompactType.Int16 or CompactType.Int32 or CompactType.Int64 => ZigZag(VarInt()),
        _ => throw Unexpected(type, "an integer"),
    };

    public string String(CompactType type) => Encoding.UTF8.GetString(Binary(type));

    public ReadOnlySpan<byte> Binary(CompactType type)
    {
        if (type != CompactType.Binary)
            throw Unexpected(type, "a string or binary");
        return Take(Count(VarInt(), bytesEach: 1));
    }

    /// <summary>Reads a list's header and returns how many elements follow.</summary>
    public int ListOf(CompactType type, out CompactType element)
    {
        if (type is not (CompactType.List or CompactType.Set))
            throw Unexpected(type, "a list");

        byte header = Byte();
        element = (CompactType)(header & 0x0F);
        int count = header >> 4;
        // Some writers give the elements of an empty list no type.
        if (element > CompactType.Uuid || (element == CompactType.Stop && count > 0))
            throw new ThriftException($"list elements of type {header & 0x0F} do not exist");
        return count < 15 ? Count((ulong)count, bytesEach: 1) : Count(VarInt(), bytesEach: 1);
    }

    /// <summary>A list of structs is read element by element with <see cref="NextField"/>.</summary>
    public int ListOfStructs(CompactType type)
    {
        int count = ListOf(type, out CompactType element);
        return element == CompactType.Struct || count == 0 ? count : throw Unexpected(element, "a struct");
    }

    public static void ExpectStruct(CompactType type)
    {
        if (type != CompactType.Struct)
            throw Unexpected(type, "a struct");
    }

    /// <summary>Steps over a list that is read by itself.</summary>
    /// <returns>Where it stands, from its header on.</returns>
    public Range SkipList(CompactType type)
    {
        if (type is not (CompactType.List or CompactType.Set))
            throw Unexpected(type, "a list");
        int begin = Position;
        Skip(type);
        return begin..Position;
    }

    public void Skip(CompactType type) => Skip(type, MaxDepth);

    private void Skip(CompactType type, int depth)
    {
        if (depth == 0)
            throw new ThriftException($"values nest deeper than {MaxDepth}");

        switch (type)
        {
            case CompactType.True or CompactType.False:
                break;
            case CompactType.Byte:
                Byte();
                break;
            case CompactType.Int16 or CompactType.Int32 or CompactType.Int64:
                VarInt();
                break;
            case CompactType.Double:
                Take(sizeof(double));
                break;
            case CompactType.Uuid:
                Take(16);
                break;
            case CompactType.Binary:
                Binary(type);
                break;
            case CompactType.List or CompactType.Set:
                int count = ListOf(type, out CompactType element);
                for (int i = 0; i < count; i++)
                    SkipElement(element, depth - 1);
                break;
            case CompactType.Map:
                SkipMap(depth - 1);
                break;
            default:
                int id = 0;
                while (NextField(ref id, out CompactType field))
                    Skip(field, depth - 1);
                break;
        }
    }

    /// <summary>In lists and maps a boolean is a byte of its own; in a field it is the field's type.</summary>
    private void SkipElement(CompactType type, int depth)
    {
        if (type is CompactType.True or CompactType.False)
            Byte();
        else
            Skip(type, depth);
    }

    private void SkipMap(int depth)
    {
        int count = Count(VarInt(), bytesEach: 2);
        if (count == 0)
            return;

        byte types = Byte();
        for (int i = 0; i < count; i++)
        {
            SkipElement((CompactType)(types >> 4), depth);
            SkipElement((CompactType)(types & 0x0F), depth);
        }
    }

    private byte Byte() => Take(1)[0];

    private ulong VarInt()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }

        throw new ThriftException("an integer has more than ten bytes");
    }

    private static long ZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    private readonly int Count(ulong count, int bytesEach) =>
        count <= (ulong)((bytes.Length - Position) / bytesEach)
            ? (int)count
            : throw new ThriftException($"a length of {count} goes beyond the {bytes.Length - Position} bytes that are left");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > bytes.Length - Position)
            throw new ThriftException("the bytes end in the middle of a value");
        ReadOnlySpan<byte> taken = bytes.Slice(Position, count);
        Position += count;
        return taken;
    }

    private static ThriftException Unexpected(CompactType type, string expected) => new($"found {type} where {expected} belongs");
}
