using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Variants;

/// <summary>
/// Writes encoded values of one variant as JSON (VariantEncoding.md, "Value encoding"). Every length and offset is held to the bytes that
/// are there. Elements that take more bytes than their array or object has are refused, so that the work is bounded by the bytes.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly ref struct VariantWriter
{
    /// <summary>What Jackson, and with it Spark, reads at most. Deeper values are taken for attacks on the stack.</summary>
    public const int MaxDepth = 1_000;

    private const int Primitive = 0, ShortString = 1, Object = 2, MaxDecimalScale = 38;

    private readonly VariantMetadata metadata;
    private readonly JsonText text;

    /// <param name="metadata">The variant's field names.</param>
    /// <param name="text">Takes the JSON; after an error half a value is in it.</param>
    public VariantWriter(VariantMetadata metadata, JsonText text)
    {
        this.metadata = metadata;
        this.text = text;
    }

    public JsonText Text => text;

    public static bool IsObject(ReadOnlySpan<byte> value) => !value.IsEmpty && (value[0] & 3) == Object;

    /// <summary>The fields of an encoded object, by name.</summary>
    /// <exception cref="VariantException">The bytes are no object.</exception>
    public VariantFields Fields(scoped ref ReadOnlySpan<byte> value) => new(metadata, ref value);

    /// <summary>Writes the value that these bytes are, all of them.</summary>
    /// <exception cref="VariantException">The bytes are no value, or more than one.</exception>
    public void Write(ReadOnlySpan<byte> value, int depth)
    {
        Next(ref value, depth);
        if (!value.IsEmpty)
            throw new VariantException($"{value.Length} bytes follow a value");
    }

    /// <summary>Writes the value that the bytes begin with, and moves behind it.</summary>
    /// <exception cref="VariantException">They begin with none.</exception>
    public void Next(scoped ref ReadOnlySpan<byte> value, int depth)
    {
        if (depth > MaxDepth)
            throw new VariantException($"it is nested more than {MaxDepth} levels deep") { IsUnsupported = true };
        if (value.IsEmpty)
            throw new VariantException("a value has no bytes");

        int header = value[0] >> 2;
        switch (value[0] & 3)
        {
            case Primitive:
                value = value[1..];
                WritePrimitive(header, ref value);
                break;
            case ShortString:
                value = value[1..];
                text.String(LittleEndian.Take(ref value, header));
                break;
            case Object:
                WriteObject(ref value, depth);
                break;
            default:
                WriteArray(ref value, depth);
                break;
        }
    }

    private void WriteObject(scoped ref ReadOnlySpan<byte> value, int depth)
    {
        VariantFields fields = Fields(ref value);
        text.Raw((byte)'{');
        for (bool isFirst = true; fields.MoveNext(); isFirst = false)
        {
            if (!isFirst)
                text.Raw((byte)',');
            fields.Write(this, depth);
        }

        text.Raw((byte)'}');
    }

    private void WriteArray(scoped ref ReadOnlySpan<byte> value, int depth)
    {
        var elements = new VariantElements(ref value, isObject: false);
        text.Raw((byte)'[');
        for (int i = 0; i < elements.Count; i++)
        {
            if (i > 0)
                text.Raw((byte)',');
            elements.Write(this, i, depth);
        }

        text.Raw((byte)']');
    }

    /// <summary>The table "Variant primitive types". A call of its own, so that not each level of nesting has room on the stack for what its types need.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WritePrimitive(int type, scoped ref ReadOnlySpan<byte> value)
    {
        switch (type)
        {
            case 0: text.Raw("null"u8); break;
            case 1: text.Boolean(true); break;
            case 2: text.Boolean(false); break;
            case 3: text.Integer((sbyte)LittleEndian.Take(ref value, 1)[0]); break;
            case 4: text.Integer(BinaryPrimitives.ReadInt16LittleEndian(LittleEndian.Take(ref value, 2))); break;
            case 5: text.Integer(Int32(ref value)); break;
            case 6: text.Integer(Int64(ref value)); break;
            case 7: text.Double(BinaryPrimitives.ReadDoubleLittleEndian(LittleEndian.Take(ref value, 8))); break;
            case 8: WriteDecimal(ref value, 4); break;
            case 9: WriteDecimal(ref value, 8); break;
            case 10: WriteDecimal(ref value, 16); break;
            case 11: JsonTimes.Date(text, Int32(ref value)); break;
            case 12: JsonTimes.Timestamp(text, Int64(ref value), digits: 6, isInstant: true); break;
            case 13: JsonTimes.Timestamp(text, Int64(ref value), digits: 6, isInstant: false); break;
            case 14: text.Double(BinaryPrimitives.ReadSingleLittleEndian(LittleEndian.Take(ref value, 4))); break;
            case 15: text.Base64String(Sized(ref value)); break;
            case 16: text.String(Sized(ref value)); break;
            case 17: JsonTimes.Time(text, Int64(ref value)); break;
            case 18: JsonTimes.Timestamp(text, Int64(ref value), digits: 9, isInstant: true); break;
            case 19: JsonTimes.Timestamp(text, Int64(ref value), digits: 9, isInstant: false); break;
            case 20: text.Uuid(LittleEndian.Take(ref value, 16)); break;
            default: throw new VariantException($"a value has primitive type {type}, which is not known") { IsUnsupported = true };
        }
    }

    private void WriteDecimal(scoped ref ReadOnlySpan<byte> value, int bytes)
    {
        int scale = LittleEndian.Take(ref value, 1)[0];
        if (scale > MaxDecimalScale)
            throw new VariantException($"a decimal has scale {scale}");
        ReadOnlySpan<byte> unscaled = LittleEndian.Take(ref value, bytes);
        text.Decimal(bytes switch
        {
            4 => BinaryPrimitives.ReadInt32LittleEndian(unscaled),
            8 => BinaryPrimitives.ReadInt64LittleEndian(unscaled),
            _ => BinaryPrimitives.ReadInt128LittleEndian(unscaled),
        }, scale);
    }

    private static ReadOnlySpan<byte> Sized(scoped ref ReadOnlySpan<byte> value)
    {
        long bytes = LittleEndian.Unsigned(LittleEndian.Take(ref value, 4));
        return LittleEndian.Take(ref value, bytes);
    }

    private static int Int32(scoped ref ReadOnlySpan<byte> value) => BinaryPrimitives.ReadInt32LittleEndian(LittleEndian.Take(ref value, 4));

    private static long Int64(scoped ref ReadOnlySpan<byte> value) => BinaryPrimitives.ReadInt64LittleEndian(LittleEndian.Take(ref value, 8));
}
