using Apache.Arrow;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Avro.Columns;
using BulkMover.FileFormats.Memory;

namespace BulkMover.FileFormats.Avro;

/// <summary>Decodes the blocks of a run into batches. For one caller.</summary>
internal sealed class RowDecoder : IDisposable
{
    /// <summary>
    /// How many bytes of blocks are decoded between two looks at the size of the batch; an item without bytes counts as one. Nulls, which take
    /// one byte, become as wide as their column, so it is far less than a batch.
    /// </summary>
    private const int CheckBytes = 16 * 1024;

    private readonly AvroScanFile file;
    private readonly BlockReader blocks;
    private readonly GrowingMemory memory;
    private readonly RecordFields columns;
    private readonly int batchRows;
    private AvroBlock block;
    private int untilCheck = CheckBytes;
    private bool isFull;

    public RowDecoder(AvroScanFile file, ReadOnlyMemory<byte> run)
    {
        (this.file, blocks) = (file, new BlockReader(run, file));
        memory = new GrowingMemory(file.Options.MaxRowBytes, file.Name);
        columns = file.NewColumns(memory);
        batchRows = BatchRows(file, columns);
    }

    /// <summary>Bytes that each row takes, whatever its values.</summary>
    public static double RowBytes(AvroScanFile file, RecordFields columns) => columns.FixedBytes + file.Shape.FilledRowBytes;

    /// <summary>Rows of a batch if they have no more than that.</summary>
    public static int BatchRows(AvroScanFile file, RecordFields columns) =>
        (int)Math.Clamp(file.Options.BatchBytes / Math.Max(RowBytes(file, columns), 1), 1, file.Options.BatchRows);

    /// <summary>The next rows; null behind the last.</summary>
    /// <exception cref="Core.Errors.CorruptTableException">The bytes are no rows, or a required value is missing.</exception>
    public RecordBatch? ReadNext()
    {
        int rows = 0;
        isFull = false;
        while (rows < batchRows && !isFull && MoveToRecords())
            rows += DecodeRows(batchRows - rows);
        return rows == 0 ? null : Take(rows);
    }

    public void Dispose()
    {
        blocks.Dispose();
        memory.Dispose();
    }

    private bool MoveToRecords()
    {
        while (block.Records == 0)
        {
            if (!block.Data.IsEmpty)
                throw new AvroDecoder(block.Data.Span, file.Name).Corrupt($"{block.Data.Length:N0} bytes follow the last record of a block");
            if (blocks.Next() is not { } next)
                return false;
            block = next;
        }

        return true;
    }

    /// <summary>Some rows of the block, as many as the batch has room for.</summary>
    private int DecodeRows(int maxRows)
    {
        var input = new AvroDecoder(block.Data.Span, file.Name);
        long wanted = Math.Min(block.Records, maxRows);
        int left = input.Remaining;
        int rows = 0;
        while (rows < wanted && !isFull)
        {
            columns.Decode(ref input);
            rows++;
            untilCheck -= left - input.Remaining + input.TakeEmptyItems();
            left = input.Remaining;
            if (untilCheck <= 0)
                isFull = IsFull();
        }

        block = new AvroBlock(block.Records - rows, block.Data[^input.Remaining..]);
        return rows;
    }

    private bool IsFull()
    {
        untilCheck = CheckBytes;
        return columns.Bytes >= file.Options.BatchBytes;
    }

    private RecordBatch Take(int rows)
    {
        var buffers = new TakenBuffers(file.Allocator);
        try
        {
            ArrayData[] arrays = [.. file.Shape.FileColumns.Select(index => columns.Columns[index]!.Take(rows, buffers))];
            return file.Shape.ApplyTo(arrays, rows, file.Allocator);
        }
        finally
        {
            // What the batch shares with them it has references of its own to.
            buffers.Release();
        }
    }
}
