using System.Buffers.Binary;
using System.Numerics;
using BulkMover.Core.Errors;

namespace BulkMover.FileFormats.Avro;

/// <summary>
/// Reads values one after the other from the decompressed bytes of a block (Avro specification, "Binary Encoding"). Every length is
/// checked against what is left, so that no input makes it read on, wait or allocate.
/// </summary>
/// <param name="data">What is left of the block.</param>
/// <param name="file">The file, for messages.</param>
public ref struct AvroDecoder(ReadOnlySpan<byte> data, string file)
{
    /// <summary>
    /// Items of a record that take no bytes, such as those of a list of nulls. Nothing else bounds them: three bytes may claim any number.
    /// Nobody is known to have a list of nulls that is not short.
    /// </summary>
    public const int MaxEmptyItems = 1 << 20;

    private const int MaxVarintBytes = 10;

    private ReadOnlySpan<byte> data = data;
    private int emptyItems;

    /// <summary>Bytes that are not read yet.</summary>
    public readonly int Remaining => data.Length;

    /// <summary>An int; a value beyond 32 bits is an error.</summary>
    public int ReadInt()
    {
        long value = ReadLong();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Corrupt($"{value} is not an int");
    }

    /// <summary>A long: a zigzag varint.</summary>
    public long ReadLong()
    {
        if (data.Length > 0 && data[0] < 0x80)
        {
            byte only = data[0];
            data = data[1..];
            return (only >> 1) ^ -(only & 1);
        }

        return ReadLongerVarint();
    }

    /// <summary>Index of a branch or a symbol, of which there are <paramref name="count"/>.</summary>
    public int ReadIndex(int count)
    {
        long index = ReadLong();
        return index >= 0 && index < count ? (int)index : throw Corrupt($"there is no branch or symbol {index}");
    }

    public bool ReadBoolean() => Take(1)[0] switch
    {
        0 => false,
        1 => true,
        var other => throw Corrupt($"a boolean is {other}"),
    };

    public float ReadFloat() => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    /// <summary>Bytes or a string (UTF-8), valid as long as the block is.</summary>
    public ReadOnlySpan<byte> ReadBytes() => Take(ReadLong());

    /// <summary>A fixed, valid as long as the block is.</summary>
    public ReadOnlySpan<byte> ReadFixed(int size) => Take(size);

    /// <summary>The branch that follows, when the type is a union; else the type itself.</summary>
    public AvroType ReadBranch(AvroType type)
    {
        if (type.Kind != AvroKind.Union)
            return type;
        return type.Branches[ReadIndex(type.Branches.Length)];
    }

    /// <summary>An int or long, or null from a union with null.</summary>
    public long? ReadLong(AvroType type) => ReadBranch(type).Kind switch
    {
        AvroKind.Null => null,
        AvroKind.Int or AvroKind.Long => ReadLong(),
        var other => throw Mismatch("a whole number", other),
    };

    /// <summary>As <see cref="ReadLong(AvroType)"/>; a value beyond 32 bits is an error.</summary>
    public int? ReadInt(AvroType type)
    {
        long? value = ReadLong(type);
        return value is null or (>= int.MinValue and <= int.MaxValue) ? (int?)value : throw Corrupt($"{value} is not an int");
    }

    public bool? ReadBoolean(AvroType type) => ReadBranch(type).Kind switch
    {
        AvroKind.Null => null,
        AvroKind.Boolean => Take(1)[0] != 0,
        var other => throw Mismatch("a boolean", other),
    };

    /// <summary>A float or double, or null from a union with null.</summary>
    public double? ReadDouble(AvroType type) => ReadBranch(type).Kind switch
    {
        AvroKind.Null => null,
        AvroKind.Float => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float))),
        AvroKind.Double => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double))),
        var other => throw Mismatch("a floating-point number", other),
    };

    /// <summary>String (UTF-8), bytes or fixed; false for null. The bytes are valid as long as the block is.</summary>
    public bool TryReadBytes(AvroType type, out ReadOnlySpan<byte> value)
    {
        AvroType branch = ReadBranch(type);
        value = branch.Kind switch
        {
            AvroKind.Null => default,
            AvroKind.String or AvroKind.Bytes => Take(ReadLong()),
            AvroKind.Fixed => Take(branch.Size),
            var other => throw Mismatch("bytes", other),
        };
        return branch.Kind != AvroKind.Null;
    }

    /// <summary>Number of items in the next block of an array or map; 0 at its end. Each item has to take at least one byte.</summary>
    public long ReadItemCount(AvroType collection)
    {
        long count = ReadCount();
        return count <= data.Length && !(collection.HasEmptyItems && count > 0) ? count : throw Corrupt($"a collection claims {count:N0} items");
    }

    /// <summary>Number of items in all blocks of an array whose items take no bytes.</summary>
    /// <exception cref="UnsupportedFeatureException">They and those before are more than <see cref="MaxEmptyItems"/>.</exception>
    public int ReadEmptyItems()
    {
        int before = emptyItems;
        for (long count = ReadCount(); count > 0; count = ReadCount())
        {
            if (count > MaxEmptyItems - emptyItems)
            {
                throw new UnsupportedFeatureException("file.row_too_large",
                    $"A row of '{file}' has lists of more than {MaxEmptyItems:N0} items that take no bytes, which is not read. Leave the column out with --columns.");
            }

            emptyItems += (int)count;
        }

        return emptyItems - before;
    }

    /// <summary>How many items without bytes were read since the last call, which is where the next record begins.</summary>
    public int TakeEmptyItems()
    {
        int items = emptyItems;
        emptyItems = 0;
        return items;
    }

    /// <summary>Steps over one value; the bytes that it takes.</summary>
    public ReadOnlySpan<byte> Take(AvroType type)
    {
        ReadOnlySpan<byte> start = data;
        Skip(type);
        return start[..^data.Length];
    }

    /// <summary>Steps over one value.</summary>
    public void Skip(AvroType type)
    {
        if (type.IsEmpty)
            return;
        AvroType branch = ReadBranch(type);
        switch (branch.Kind)
        {
            case AvroKind.Null: break;
            case AvroKind.Boolean: Take(1); break;
            case AvroKind.Int or AvroKind.Long or AvroKind.Enum: ReadLong(); break;
            case AvroKind.Float: Take(sizeof(float)); break;
            case AvroKind.Double: Take(sizeof(double)); break;
            case AvroKind.Bytes or AvroKind.String: Take(ReadLong()); break;
            case AvroKind.Fixed: Take(branch.Size); break;
            case AvroKind.Array or AvroKind.Map: SkipCollection(branch); break;
            case AvroKind.Record:
                foreach (AvroField field in branch.FieldsWithBytes)
                    Skip(field.Type);
                break;
            case AvroKind.Union: throw Corrupt("a union lies directly in a union");
        }
    }

    /// <summary>The error of broken bytes at this place.</summary>
    public readonly CorruptTableException Corrupt(string what) =>
        new("avro.block_invalid", $"'{file}' is broken: {what}. Restore the file, or choose a snapshot that does not need it.");

    private readonly CorruptTableException Mismatch(string wanted, AvroKind found) => Corrupt($"{wanted} is needed where it has {found}");

    /// <summary>Of the items in a block; a negative count is followed by the length of the block (Avro specification, "Arrays").</summary>
    private long ReadCount()
    {
        long count = ReadLong();
        if (count >= 0)
            return count;
        ReadLong();
        return count == long.MinValue ? long.MaxValue : -count;
    }

    private void SkipCollection(AvroType collection)
    {
        if (collection.HasEmptyItems)
        {
            while (ReadCount() > 0)
            {
            }

            return;
        }

        AvroType items = collection.Items!;
        for (long count = ReadItemCount(collection); count > 0; count = ReadItemCount(collection))
        {
            if (collection.Kind == AvroKind.Array && items.Numbers > 0)
            {
                SkipNumbers(count * items.Numbers);
                continue;
            }

            for (long item = 0; item < count; item++)
            {
                if (collection.Kind == AvroKind.Map)
                    Take(ReadLong());
                Skip(items);
            }
        }
    }

    /// <summary>
    /// Counts are half of a manifest's bytes and mostly stepped over: eight bytes at a time, because only the last byte of a number has its
    /// highest bit clear.
    /// </summary>
    private void SkipNumbers(long count)
    {
        int at = 0;
        for (; count >= sizeof(ulong) && data.Length - at >= sizeof(ulong); at += sizeof(ulong))
            count -= BitOperations.PopCount(~BinaryPrimitives.ReadUInt64LittleEndian(data[at..]) & 0x8080_8080_8080_8080);
        for (; count > 0 && at < data.Length; at++)
            count -= data[at] < 0x80 ? 1 : 0;
        if (count > 0)
            throw Corrupt("a number does not end");
        data = data[at..];
    }

    private long ReadLongerVarint()
    {
        ReadOnlySpan<byte> bytes = data[..Math.Min(data.Length, MaxVarintBytes)];
        ulong value = 0;
        for (int index = 0; index < bytes.Length; index++)
        {
            byte part = bytes[index];
            if (index == MaxVarintBytes - 1 && part > 1)
                throw Corrupt("a number has more than 64 bits");
            value |= (ulong)(part & 0x7F) << (7 * index);
            if (part < 0x80)
            {
                data = data[(index + 1)..];
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }

        throw Corrupt("a number does not end");
    }

    private ReadOnlySpan<byte> Take(long bytes)
    {
        if (bytes < 0 || bytes > data.Length)
            throw Corrupt($"{bytes:N0} bytes are needed where {data.Length:N0} are left");
        ReadOnlySpan<byte> taken = data[..(int)bytes];
        data = data[(int)bytes..];
        return taken;
    }
}
