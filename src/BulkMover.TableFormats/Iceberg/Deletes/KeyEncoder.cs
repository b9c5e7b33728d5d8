using System.Buffers.Binary;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>
/// Encodes rows so that equal ones have equal bytes: columns in their order, null equal to null (Iceberg spec, "Equality Delete Files").
/// Both sides are read as the table's types before, so that promoted values are equal as well. Floating-point numbers, which the specification
/// does not allow, are compared as the reference implementation does: all NaNs are equal, zeros of different sign are not.
/// </summary>
/// <param name="batch">The rows; the caller keeps it alive.</param>
/// <param name="columns">Numbers of the columns.</param>
internal sealed class KeyEncoder(RecordBatch batch, IReadOnlyList<int> columns)
{
    private readonly IArrowArray[][] arrays = [.. columns.Select(column => WithMembers(batch.Column(column)).ToArray())];
    private byte[] buffer = new byte[64];
    private int length;

    /// <summary>Valid until the next call.</summary>
    public ReadOnlySpan<byte> Encode(int row)
    {
        length = 0;
        foreach (IArrowArray[] column in arrays)
        {
            if (IsNull(column, row))
            {
                Append([0]);
                continue;
            }

            Append([1]);
            AppendValue(column[^1], row);
        }

        return buffer.AsSpan(0, length);
    }

    /// <summary>The column; of a struct also its only member, and so on.</summary>
    private static IEnumerable<IArrowArray> WithMembers(IArrowArray? array)
    {
        for (; array is not null; array = (array as StructArray)?.Fields[0])
            yield return array;
    }

    /// <summary>What is inside of a null struct is null.</summary>
    private static bool IsNull(IArrowArray[] column, int row)
    {
        foreach (IArrowArray array in column)
        {
            if (array.IsNull(row))
                return true;
        }

        return false;
    }

    private void AppendValue(IArrowArray array, int row)
    {
        switch (array)
        {
            case BooleanArray values:
                Append([values.GetValue(row)!.Value ? (byte)1 : (byte)0]);
                break;
            case BinaryArray values:
                ReadOnlySpan<byte> bytes = values.GetBytes(row);
                Span<byte> prefix = stackalloc byte[sizeof(int)];
                BinaryPrimitives.WriteInt32LittleEndian(prefix, bytes.Length);
                Append(prefix);
                Append(bytes);
                break;
            case FloatArray values:
                float single = values.GetValue(row)!.Value;
                AppendNumber(float.IsNaN(single) ? float.NaN : single);
                break;
            case DoubleArray values:
                double number = values.GetValue(row)!.Value;
                AppendNumber(double.IsNaN(number) ? double.NaN : number);
                break;
            default:
                int width = ((FixedWidthType)array.Data.DataType).BitWidth / 8;
                Append(array.Data.Buffers[1].Span.Slice((array.Data.Offset + row) * width, width));
                break;
        }
    }

    private void AppendNumber(double number)
    {
        Span<byte> bits = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bits, number);
        Append(bits);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (buffer.Length - length < bytes.Length)
            System.Array.Resize(ref buffer, checked(Math.Max(2 * buffer.Length, length + bytes.Length)));
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }
}
