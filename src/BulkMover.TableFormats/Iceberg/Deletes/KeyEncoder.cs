using System.Buffers.Binary;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>
/// Encodes rows so that equal ones have equal bytes: columns in their order, null equal to null (Iceberg spec, "Equality Delete Files").
/// Both sides are read as the table's types before, so that promoted values are equal as well.
/// </summary>
/// <param name="batch">The rows; the caller keeps it alive.</param>
/// <param name="columns">Numbers of the columns.</param>
internal sealed class KeyEncoder(RecordBatch batch, IReadOnlyList<int> columns)
{
    private readonly IArrowArray[] arrays = [.. columns.Select(batch.Column)];
    private byte[] buffer = new byte[64];
    private int length;

    /// <summary>Valid until the next call.</summary>
    public ReadOnlySpan<byte> Encode(int row)
    {
        length = 0;
        foreach (IArrowArray array in arrays)
        {
            if (array.IsNull(row))
            {
                Append([0]);
                continue;
            }

            Append([1]);
            AppendValue(array, row);
        }

        return buffer.AsSpan(0, length);
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
            default:
                int width = ((FixedWidthType)array.Data.DataType).BitWidth / 8;
                Append(array.Data.Buffers[1].Span.Slice((array.Data.Offset + row) * width, width));
                break;
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (buffer.Length - length < bytes.Length)
            System.Array.Resize(ref buffer, checked(Math.Max(2 * buffer.Length, length + bytes.Length)));
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }
}
