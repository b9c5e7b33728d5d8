using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.Testing.Canon;

/// <summary>Prints record batches as canon-1 (defined beside the corpus of foreign tables). Made to be right, not fast.</summary>
public sealed class CanonWriter(CanonStyle style)
{
    private readonly StringBuilder line = new();

    public CanonWriter()
        : this(new CanonStyle())
    {
    }

    /// <summary>A line for each row, in order, with the columns in the batch's order. The batch must live while they are read.</summary>
    public IEnumerable<string> Lines(RecordBatch batch)
    {
        IArrowArray[] columns = [.. batch.Arrays];
        for (int row = 0; row < batch.Length; row++)
        {
            line.Clear();
            WriteStruct(batch.Schema.FieldsList, columns, row, style.TextColumns);
            yield return line.ToString();
        }
    }

    private void WriteStruct(IReadOnlyList<Field> fields, IReadOnlyList<IArrowArray> columns, int row, IReadOnlySet<string> textColumns)
    {
        line.Append('{');
        for (int i = 0; i < fields.Count; i++)
        {
            if (i > 0)
                line.Append(',');
            WriteString(fields[i].Name);
            line.Append(':');
            int start = line.Length;
            WriteValue(fields[i], columns[i], row);
            if (textColumns.Contains(fields[i].Name) && line[start] != '"' && columns[i].IsValid(row))
                line.Insert(start, '"').Append('"');
        }

        line.Append('}');
    }

    private void WriteValue(Field field, IArrowArray array, int row)
    {
        if (array.IsNull(row))
        {
            WriteNull(field.DataType);
            return;
        }

        switch (array)
        {
            case ExtensionArray extension:
                WriteValue(field, extension.Storage, row);
                break;
            case DictionaryArray dictionary:
                WriteValue(field, dictionary.Dictionary, (int)Integer(dictionary.Indices, row));
                break;
            case BooleanArray booleans:
                line.Append(booleans.GetValue(row) == true ? "true" : "false");
                break;
            case HalfFloatArray or FloatArray or DoubleArray:
                line.Append(CanonNumbers.Float(Float(array, row)));
                break;
            case UInt64Array unsigned when style.UnsignedLongsAsDecimals:
                line.Append('"').Append(unsigned.GetValue(row)!.Value).Append('"');
                break;
            case Decimal32Array or Decimal64Array or Decimal128Array or Decimal256Array:
                line.Append('"').Append(CanonNumbers.Decimal((FixedSizeBinaryArray)array, row)).Append('"');
                break;
            case Date32Array or Date64Array or Time32Array or Time64Array or TimestampArray:
                line.Append('"').Append(CanonTimes.Print(array, row, style)).Append('"');
                break;
            case FixedSizeBinaryArray fixedBinary when SourceType.RowName(field) == "uuid":
                line.Append('"').Append(new Guid(fixedBinary.GetBytes(row), bigEndian: true)).Append('"');
                break;
            case StringArray variant when field.IsVariant() && !style.VariantsAsText:
                line.Append(CanonJson.Print(variant.GetBytes(row)));
                break;
            case StringArray or LargeStringArray or StringViewArray:
                WriteString(Encoding.UTF8.GetString(Bytes(array, row)));
                break;
            case FixedSizeBinaryArray or BinaryArray or LargeBinaryArray or BinaryViewArray:
                line.Append("\"0x").Append(Convert.ToHexStringLower(Bytes(array, row))).Append('"');
                break;
            case StructArray { Fields: [UInt32Array months, UInt32Array days, UInt32Array milliseconds] } when style.IntervalsAsText:
                line.Append(CultureInfo.InvariantCulture, $"\"{months.Values[row]}m{days.Values[row]}d{milliseconds.Values[row] * 1_000L}us\"");
                break;
            case StructArray structs:
                WriteStruct(((StructType)structs.Data.DataType).Fields, structs.Fields, row, FrozenSet<string>.Empty);
                break;
            case MapArray map:
                WriteMap((MapType)map.Data.DataType, map, row);
                break;
            case ListArray list:
                WriteList(((ListType)list.Data.DataType).ValueField, list.Values, list.ValueOffsets[row], list.ValueOffsets[row + 1]);
                break;
            case LargeListArray list:
                WriteList(((LargeListType)list.Data.DataType).ValueField, list.Values, (int)list.ValueOffsets[row], (int)list.ValueOffsets[row + 1]);
                break;
            case FixedSizeListArray list:
                var type = (FixedSizeListType)list.Data.DataType;
                int start = (list.Offset + row) * type.ListSize;
                WriteList(type.ValueField, list.Values, start, start + type.ListSize);
                break;
            default:
                line.Append(CultureInfo.InvariantCulture, $"{Integer(array, row)}");
                break;
        }
    }

    private void WriteNull(IArrowType type)
    {
        switch (type)
        {
            case ListType or LargeListType or FixedSizeListType or MapType when style.NestedIsNeverNull:
                line.Append("[]");
                break;
            case StructType structure when style.NestedIsNeverNull:
                for (int i = 0; i < structure.Fields.Count; i++)
                {
                    line.Append(i == 0 ? '{' : ',');
                    WriteString(structure.Fields[i].Name);
                    line.Append(':');
                    WriteNull(structure.Fields[i].DataType);
                }

                line.Append('}');
                break;
            default:
                line.Append("null");
                break;
        }
    }

    private void WriteList(Field field, IArrowArray values, int start, int end)
    {
        line.Append('[');
        for (int i = start; i < end; i++)
        {
            if (i > start)
                line.Append(',');
            WriteValue(field, values, i);
        }

        line.Append(']');
    }

    private void WriteMap(MapType type, MapArray map, int row)
    {
        line.Append('[');
        for (int i = map.ValueOffsets[row]; i < map.ValueOffsets[row + 1]; i++)
        {
            line.Append(i > map.ValueOffsets[row] ? ",[" : "[");
            WriteValue(type.KeyField, map.Keys, i);
            line.Append(',');
            WriteValue(type.ValueField, map.Values, i);
            line.Append(']');
        }

        line.Append(']');
    }

    private void WriteString(string text) => CanonJson.WriteString(text, line);

    private static ReadOnlySpan<byte> Bytes(IArrowArray array, int row) => array switch
    {
        FixedSizeBinaryArray a => a.GetBytes(row),
        BinaryArray a => a.GetBytes(row),
        LargeBinaryArray a => a.GetBytes(row),
        BinaryViewArray a => a.GetBytes(row),
        _ => throw new NotSupportedException($"{array.GetType().Name} has no bytes."),
    };

    /// <summary>A float of 32 bits is printed as the double that equals it; so do the answers of the corpus.</summary>
    private static double Float(IArrowArray array, int row) => array switch
    {
        HalfFloatArray a => (double)a.GetValue(row)!.Value,
        FloatArray a => a.GetValue(row)!.Value,
        DoubleArray a => a.GetValue(row)!.Value,
        _ => throw new NotSupportedException($"{array.GetType().Name} is no float."),
    };

    private static Int128 Integer(IArrowArray array, int row) => array switch
    {
        Int8Array a => a.GetValue(row)!.Value,
        Int16Array a => a.GetValue(row)!.Value,
        Int32Array a => a.GetValue(row)!.Value,
        Int64Array a => a.GetValue(row)!.Value,
        UInt8Array a => a.GetValue(row)!.Value,
        UInt16Array a => a.GetValue(row)!.Value,
        UInt32Array a => a.GetValue(row)!.Value,
        UInt64Array a => a.GetValue(row)!.Value,
        _ => throw new NotSupportedException($"canon-1 has no form for {array.GetType().Name}."),
    };
}
