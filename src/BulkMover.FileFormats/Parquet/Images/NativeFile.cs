using Apache.Arrow;
using Apache.Arrow.Ipc;
using ParquetSharp;
using ParquetSharp.Arrow;
using ParquetSharp.IO;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>An image opened by the native reader. The memory must stay until this is disposed; batches own copies.</summary>
internal sealed class NativeFile : IDisposable
{
    private readonly ParquetSharp.IO.Buffer buffer;
    private readonly BufferReader input;
    private readonly FileReader reader;
    private readonly IReadOnlyList<int> leaves;
    private IArrowArrayStream? batches;

    /// <param name="address">First byte of the image.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="batchRows">Rows per batch.</param>
    /// <param name="leaves">Numbers of the leaves that are read.</param>
    /// <param name="dictionaries">Numbers of the leaves whose columns are given as dictionaries.</param>
    public NativeFile(nint address, long bytes, long batchRows, IReadOnlyList<int> leaves, IReadOnlyList<int> dictionaries)
    {
        this.leaves = leaves;
        using ReaderProperties file = ReaderProperties.GetDefaultReaderProperties();
        // Pages are compared with their checksums where they have one: it costs little and finds what decoding would not.
        file.EnablePageChecksumVerification();
        using ArrowReaderProperties arrow = ArrowReaderProperties.GetDefault();
        // One image is decoded by one thread: the stages around it are the parallelism, and its bytes are in memory already.
        arrow.UseThreads = false;
        arrow.PreBuffer = false;
        arrow.BatchSize = batchRows;
        foreach (int leaf in dictionaries)
            arrow.SetReadDictionary(leaf, true);
        buffer = new ParquetSharp.IO.Buffer(address, bytes);
        input = new BufferReader(buffer);
        try
        {
            reader = new FileReader(input, file, arrow);
        }
        catch
        {
            input.Dispose();
            buffer.Dispose();
            throw;
        }
    }

    public Schema Schema => reader.Schema;

    /// <summary>The next batch of all row groups, or null at the end. The caller disposes it.</summary>
    public RecordBatch? ReadNext()
    {
        batches ??= reader.GetRecordBatchReader(null, [.. leaves]);
        return batches.ReadNextRecordBatchAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        batches?.Dispose();
        reader.Dispose();
        input.Dispose();
        buffer.Dispose();
    }
}
