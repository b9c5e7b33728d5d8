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
    private ReadOnlySpan<byte> data = data;

    /// <summary>Bytes that are not read yet.</summary>
    public readonly int Remaining => data.Length;

    /// <summary>The branch that follows, when the type is a union; else the type itself.</summary>
    public AvroType ReadBranch(AvroType type)
    {
        if (type.Kind != AvroKind.Union)
            return type;
        long index = ReadVarint();
        return index >= 0 && index < type.Branches.Length ? type.Branches[(int)index] : throw Corrupt($"a union has no branch {index}");
    }

    /// <summary>An int or long, or null from a union with null.</summary>
    public long? ReadLong(AvroType type) => ReadBranch(type).Kind switch
    {
        AvroKind.Null => null,
        AvroKind.Int or AvroKind.Long => ReadVarint(),
        var other => throw Mismatch("a whole number", other),
    };

    /// <summary>As <see cref="ReadLong"/>; a value beyond 32 bits is an error.</summary>
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
            AvroKind.String or AvroKind.Bytes => Take(ReadVarint()),
            AvroKind.Fixed => Take(branch.Size),
            var other => throw Mismatch("bytes", other),
        };
        return branch.Kind != AvroKind.Null;
    }

    /// <summary>Number of items in the next block of an array or map; 0 at its end. Each item takes at least one byte.</summary>
    public long ReadItemCount(AvroType collection)
    {
        long count = ReadVarint();
        if (count < 0)
        {
            ReadVarint();
            count = count == long.MinValue ? long.MaxValue : -count;
        }

        bool mayBeEmpty = collection.Kind == AvroKind.Array && collection.Items!.IsEmpty;
        return count <= data.Length && !(mayBeEmpty && count > 0) ? count : throw Corrupt($"a collection claims {count:N0} items");
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
            case AvroKind.Int or AvroKind.Long or AvroKind.Enum: ReadVarint(); break;
            case AvroKind.Float: Take(sizeof(float)); break;
            case AvroKind.Double: Take(sizeof(double)); break;
            case AvroKind.Bytes or AvroKind.String: Take(ReadVarint()); break;
            case AvroKind.Fixed: Take(branch.Size); break;
            case AvroKind.Array or AvroKind.Map: SkipCollection(branch); break;
            case AvroKind.Record:
                foreach (AvroField field in branch.Fields)
                    Skip(field.Type);
                break;
            case AvroKind.Union: throw Corrupt("a union lies directly in a union");
        }
    }

    /// <summary>The error of broken bytes at this place.</summary>
    public readonly CorruptTableException Corrupt(string what) =>
        new("avro.block_invalid", $"'{file}' is broken: {what}. Restore the file, or choose a snapshot that does not need it.");

    private readonly CorruptTableException Mismatch(string wanted, AvroKind found) => Corrupt($"{wanted} is needed where it has {found}");

    private void SkipCollection(AvroType collection)
    {
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
                    Take(ReadVarint());
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

    private long ReadVarint()
    {
        if (data.Length > 0 && data[0] < 0x80)
        {
            int single = data[0];
            data = data[1..];
            return (single >> 1) ^ -(single & 1);
        }

        ulong value = 0;
        for (int index = 0; index < data.Length && index < 10; index++)
        {
            byte part = data[index];
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
