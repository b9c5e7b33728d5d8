using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;

namespace BulkMover.FileFormats.Lineage;

/// <summary>Gives rows the ids and versions that they inherit from their data file (Iceberg spec, "Row Lineage"; Delta PROTOCOL.md, "Row Tracking").</summary>
internal sealed class LineageScan : IRowGroupScan
{
    private readonly IRowGroupScan all;
    private readonly ScanTask task;
    private readonly int[] columns;
    private readonly int batchRows;
    private readonly MemoryAllocator allocator;
    private long position;

    private LineageScan(IRowGroupScan all, ScanTask task, long firstPosition, int[] columns, int batchRows, MemoryAllocator allocator) =>
        (this.all, this.task, position, this.columns, this.batchRows, this.allocator) = (all, task, firstPosition, columns, batchRows, allocator);

    public string Name => all.Name;

    public long Rows => all.Rows;

    public long DeletedRows => all.DeletedRows;

    public long HeldBytes => all.HeldBytes;

    public long FetchBytes => all.FetchBytes;

    public long DecodeBytes => all.DecodeBytes + (Math.Min(all.Rows, batchRows) * sizeof(long) * columns.Length);

    /// <summary>The same rows with what they inherit; <paramref name="all"/> itself when the scan does not ask for it.</summary>
    /// <param name="all">The rows of the file in its order, without gaps, as they are stored; disposed with the result.</param>
    /// <param name="scan">What is wanted.</param>
    /// <param name="task">The data file.</param>
    /// <param name="firstPosition">Number of the first row in the file.</param>
    /// <param name="batchRows">Rows of a batch at most.</param>
    /// <param name="allocator">Where filled columns come from.</param>
    public static IRowGroupScan Over(IRowGroupScan all, Scan scan, ScanTask task, long firstPosition, int batchRows, MemoryAllocator allocator)
    {
        IReadOnlyList<Field> fields = scan.ReadSchema.FieldsList;
        int[] columns = [.. Enumerable.Range(0, fields.Count).Where(i => fields[i].GetRowMetadata() is not null)];
        return columns.Length == 0 ? all : new LineageScan(all, task, firstPosition, columns, batchRows, allocator);
    }

    public Task FetchAsync(CancellationToken cancellationToken) => all.FetchAsync(cancellationToken);

    public void Measure(CancellationToken cancellationToken) => all.Measure(cancellationToken);

    public RecordBatch? ReadNext(CancellationToken cancellationToken)
    {
        using RecordBatch? batch = all.ReadNext(cancellationToken);
        if (batch is null)
            return null;

        var buffers = new TakenBuffers(allocator);
        try
        {
            var arrays = new IArrowArray[batch.ColumnCount];
            for (int i = 0; i < arrays.Length; i++)
            {
                ArrayData data = batch.Column(i).Data;
                arrays[i] = ArrowArrayFactory.BuildArray(columns.Contains(i) ? Filled(data, batch.Schema.FieldsList[i], buffers) : buffers.Share(data));
            }

            position += batch.Length;
            return new RecordBatch(batch.Schema, arrays, batch.Length);
        }
        catch
        {
            buffers.Release();
            throw;
        }
    }

    public void Dispose() => all.Dispose();

    private ArrayData Filled(ArrayData source, Field field, TakenBuffers buffers)
    {
        RowMetadata kind = field.GetRowMetadata()!.Value;
        if (InheritedValue.At(task, kind, position) is not { } inherited || source.GetNullCount() == 0)
            return buffers.Share(source);

        int step = kind == RowMetadata.RowId ? 1 : 0;
        ArrowBuffer values = buffers.Allocate(source.Length * sizeof(long), out Span<byte> bytes);
        Span<long> filled = MemoryMarshal.Cast<byte, long>(bytes);
        ReadOnlySpan<long> stored = source.Values<long>();
        ReadOnlySpan<byte> valid = source.Buffers[0].Span;
        for (int row = 0; row < filled.Length; row++)
            filled[row] = BitUtility.GetBit(valid, source.Offset + row) ? stored[row] : inherited + ((long)step * row);
        return new ArrayData(Int64Type.Default, source.Length, 0, 0, [ArrowBuffer.Empty, values], children: null);
    }
}
