using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Unicode;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Variants;

namespace BulkMover.FileFormats.Rows;

/// <summary>
/// Rows as JSON objects, for people: values look as those of variants (<see cref="VariantText"/>). Maps are arrays of keys and values. Not for many rows.
/// </summary>
public static class RowJson
{
    /// <summary>A row may be shown with so many bytes; what has more says so instead of its values.</summary>
    private const int MaxBytes = 1 << 20;

    /// <param name="batch">The rows.</param>
    /// <param name="row">Which of them.</param>
    /// <param name="columns">Which of its columns, in their order.</param>
    public static string Of(RecordBatch batch, int row, IReadOnlyList<int> columns)
    {
        using var text = new JsonText(MaxBytes);
        try
        {
            for (int i = 0; i < columns.Count; i++)
                Member(text, i, batch.Schema.FieldsList[columns[i]], batch.Column(columns[i]).Data, row);
            text.Raw("}"u8);
            return Encoding.UTF8.GetString(text.Written);
        }
        catch (VariantException)
        {
            return $"{{\"…\":\"a row of more than {MaxBytes:N0} bytes\"}}";
        }
    }

    private static void Member(JsonText text, int place, Field field, ArrayData data, int row)
    {
        text.Raw(place == 0 ? (byte)'{' : (byte)',');
        text.String(Encoding.UTF8.GetBytes(field.Name));
        text.Raw((byte)':');
        Value(text, field, data, row);
    }

    private static void Value(JsonText text, Field field, ArrayData data, int row)
    {
        if (data.DataType is NullType || (!data.Buffers[0].IsEmpty && !BitUtility.GetBit(data.Buffers[0].Span, data.Offset + row)))
        {
            text.Raw("null"u8);
            return;
        }

        switch (field.DataType)
        {
            case StructType type:
                for (int i = 0; i < type.Fields.Count; i++)
                    Member(text, i, type.Fields[i], data.Children[i], data.Offset + row);
                text.Raw(type.Fields.Count == 0 ? "{}"u8 : "}"u8);
                break;
            case MapType type:
                Items(text, new Field("entries", type.KeyValueType, nullable: false), data, row);
                break;
            case ListType type:
                Items(text, type.ValueField, data, row);
                break;
            case StringType:
                Characters(text, data.BytesAt(row));
                break;
            case BinaryType:
                text.Base64String(data.BytesAt(row));
                break;
            case BooleanType:
                text.Boolean(BitUtility.GetBit(data.Buffers[1].Span, data.Offset + row));
                break;
            default:
                Fixed(text, field, data, row);
                break;
        }
    }

    private static void Items(JsonText text, Field item, ArrayData data, int row)
    {
        ReadOnlySpan<int> offsets = Offsets.Of<int>(data);
        text.Raw((byte)'[');
        for (int i = offsets[row]; i < offsets[row + 1]; i++)
        {
            if (i > offsets[row])
                text.Raw((byte)',');
            Value(text, item, data.Children[0], i);
        }

        text.Raw((byte)']');
    }

    /// <summary>What a column calls text may be other bytes.</summary>
    private static void Characters(JsonText text, ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            text.String(bytes);
        else
            text.Base64String(bytes);
    }

    private static void Fixed(JsonText text, Field field, ArrayData data, int row)
    {
        int width = ((FixedWidthType)field.DataType).BitWidth / 8;
        ReadOnlySpan<byte> value = data.Buffers[1].Span.Slice((data.Offset + row) * width, width);
        switch (field.DataType)
        {
            case HalfFloatType:
                text.Double((double)BitConverter.ToHalf(value));
                break;
            case FloatType:
                text.Double(BitConverter.ToSingle(value));
                break;
            case DoubleType:
                text.Double(BitConverter.ToDouble(value));
                break;
            case Decimal256Type type:
                Number(text, new BigInteger(value), type.Scale);
                break;
            case Decimal128Type type:
                text.Decimal((Int128)new BigInteger(value), type.Scale);
                break;
            case FixedSizeBinaryType when field.IsUuid():
                text.Uuid(value);
                break;
            case FixedSizeBinaryType:
                text.Base64String(value);
                break;
            default:
                Whole(text, field.DataType, new BigInteger(value, isUnsigned: field.DataType is UInt8Type or UInt16Type or UInt32Type or UInt64Type));
                break;
        }
    }

    private static void Whole(JsonText text, IArrowType type, BigInteger value)
    {
        switch (type)
        {
            case Date32Type:
                JsonTimes.Date(text, (long)value);
                break;
            case TimestampType { Unit: TimeUnit.Microsecond or TimeUnit.Nanosecond } timestamp:
                JsonTimes.Timestamp(text, (long)value, timestamp.Unit == TimeUnit.Microsecond ? 6 : 9, !string.IsNullOrEmpty(timestamp.Timezone));
                break;
            default:
                Number(text, value, 0);
                break;
        }
    }

    private static void Number(JsonText text, BigInteger value, int scale)
    {
        string digits = BigInteger.Abs(value).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        text.Raw(Encoding.ASCII.GetBytes($"{(value.Sign < 0 ? "-" : "")}{digits[..^scale]}{(scale > 0 ? "." : "")}{digits[^scale..]}"));
    }
}
