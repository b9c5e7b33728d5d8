using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Parquet.Decoding;
using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>The rows of an image in batches: covered columns are decoded by <see cref="IColumnDecoder"/>, the others by the native reader, side by side.</summary>
/// <param name="columns">Disposed with this.</param>
/// <param name="native">The columns that are not covered; null when all are. Disposed with this.</param>
/// <param name="name">For messages.</param>
/// <param name="allocator">Where the covered columns' memory comes from.</param>
internal sealed class ImageBatches(ImageColumns columns, NativeFile? native, string name, MemoryAllocator allocator) : IDisposable
{
    private readonly Queue<long> runs = new(columns.RowRuns);
    private long left;
    private RecordBatch? fromNative;
    private int taken;

    /// <inheritdoc cref="ImageColumns.Kept"/>
    public IReadOnlySet<int> Kept => columns.Kept;

    /// <summary>The next rows, or null at the end. The caller disposes them.</summary>
    public RecordBatch? ReadNext()
    {
        if (columns.Covered == 0)
            return NativeErrors.Wrap(name, native!.ReadNext);
        int rows = CountNextRows();
        if (rows == 0)
            return null;

        var buffers = new TakenBuffers(allocator);
        try
        {
            RecordBatch batch = Join(rows, buffers);
            (left, taken) = (left - rows, taken + rows);
            return batch;
        }
        catch
        {
            buffers.Release();
            throw;
        }
    }

    public void Dispose()
    {
        fromNative?.Dispose();
        native?.Dispose();
        columns.Dispose();
    }

    /// <summary>As many as the native reader's batch still has, or as a batch of our own may have.</summary>
    private int CountNextRows()
    {
        while (left == 0 && runs.TryDequeue(out long run))
            left = run;
        if (native is null)
            return (int)Math.Min(left, columns.BatchRows);

        while (fromNative is null || taken == fromNative.Length)
        {
            fromNative?.Dispose();
            taken = 0;
            fromNative = NativeErrors.Wrap(name, native.ReadNext);
            if (fromNative is null)
                return 0;
        }

        return left > 0 ? (int)Math.Min(left, fromNative.Length - taken) : throw ParquetErrors.Corrupt("rows_differ", name, "its columns have not the same number of rows");
    }

    private RecordBatch Join(int rows, TakenBuffers buffers)
    {
        var fields = new List<Field>();
        var arrays = new List<IArrowArray>();
        int next = 0;
        foreach ((Field field, IColumnDecoder? decoder) in columns.All)
        {
            ArrayData data = decoder is null ? OfNative(next, rows, buffers) : Decode(decoder, rows, buffers);
            fields.Add(decoder is null ? fromNative!.Schema.FieldsList[next++] : new Field(field.Name, data.DataType, field.IsNullable, field.Metadata));
            arrays.Add(ArrowArrayFactory.BuildArray(data));
        }

        return new RecordBatch(new Schema(fields, null), arrays, rows);
    }

    private ArrayData OfNative(int column, int rows, TakenBuffers buffers)
    {
        ArrayData data = buffers.Share(fromNative!.Column(column).Data);
        return rows == data.Length ? data : data.Slice(taken, rows);
    }

    private ArrayData Decode(IColumnDecoder decoder, int rows, TakenBuffers buffers)
    {
        try
        {
            return decoder.Read(rows, buffers);
        }
        catch (Exception error) when (error is InvalidDataException or ThriftException)
        {
            throw ParquetErrors.Corrupt("data_corrupt", name, $"column '{decoder.Name}': {error.Message}", error);
        }
    }
}
