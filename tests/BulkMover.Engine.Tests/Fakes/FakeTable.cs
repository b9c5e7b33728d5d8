using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;

namespace BulkMover.Engine.Tests.Fakes;

/// <summary>Rows numbered from 0 in files of row groups of batches; calls <see cref="At"/> wherever a source could fail.</summary>
internal sealed class FakeTable(MemoryAllocator allocator, Ledger ledger) : ITableSnapshot, IScanTaskReader
{
    public int Files { get; set; } = 10;

    public int RowGroups { get; set; } = 2;

    public int Batches { get; set; } = 2;

    public int BatchRows { get; set; } = 10;

    public long OpenBytes { get; set; } = 100;

    /// <summary>By row group: what it holds since the file was opened, needs to be fetched, needs to be decoded.</summary>
    public Func<int, (long Held, long Fetch, long Decode)> Sizes { get; set; } = _ => (10, 1000, 500);

    /// <summary>By row group: what measuring it finds that it needs to be decoded; else what <see cref="Sizes"/> says.</summary>
    public Func<int, long>? Measured { get; set; }

    /// <summary>Rows that the last row group has less than its metadata says.</summary>
    public int MissingRows { get; set; }

    /// <summary>Whether the metadata knows the files' rows.</summary>
    public bool RowsAreKnown { get; set; } = true;

    public Func<Step, CancellationToken, Task> At { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Called synchronously, as decoding is.</summary>
    public Action<CancellationToken> AtDecode { get; set; } = _ => { };

    /// <summary>Whether the last file is planned first.</summary>
    public bool Reversed { get; set; }

    /// <summary>How often each file is listed, one after another.</summary>
    public int Repeats { get; set; } = 1;

    public long Rows => (long)Files * RowGroups * Batches * BatchRows;

    /// <summary>Of every file; the rows that a row group leaves out are <see cref="DeletedRows"/>.</summary>
    public IRowDeletes? Deletes { get; set; }

    /// <summary>Rows that each row group says to have left out.</summary>
    public long DeletedRows { get; set; }

    public string Id => "1";

    public Schema Schema { get; } = new([new Field("id", Int64Type.Default, nullable: false), new Field("odd", BooleanType.Default, nullable: false)], null);

    public ColumnMatching Matching => ColumnMatching.Name;

    public IReadOnlyList<SortField> SortOrder => [];

    public IReadOnlyList<string> PartitionColumns => [];

    public IReadOnlyList<TableFeature> Features => [];

    public IReadOnlyList<string> Notes => [];

    private Ledger Ledger => ledger;

    public async IAsyncEnumerable<ScanTask> PlanAsync(Scan scan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int i = 0; i < Files; i++)
        {
            int file = Reversed ? Files - 1 - i : i;
            await At(Step.Plan, cancellationToken);
            long? rows = RowsAreKnown ? Rows / Files : null;
            for (int time = 0; time < Repeats; time++)
                yield return new ScanTask(Location.OnDisk($"/table/{file}.parquet"), 4000, rows, ScanTask.NoConstants, false) { Deletes = Deletes };
        }
    }

    long IScanTaskReader.OpenBytes(ScanTask task)
    {
        At(Step.OpenBytes, CancellationToken.None).GetAwaiter().GetResult();
        return OpenBytes;
    }

    public async IAsyncEnumerable<IRowGroupScan> OpenAsync(ScanTask task, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int file = int.Parse(Path.GetFileNameWithoutExtension(task.File.Path));
        for (int rowGroup = 0; rowGroup < RowGroups; rowGroup++)
        {
            await At(Step.Open, cancellationToken);
            yield return new RowGroup(this, (file * RowGroups) + rowGroup);
        }
    }

    private RecordBatch MakeBatch(long firstRow, int rows)
    {
        var ids = new Int64Array.Builder();
        var odds = new BooleanArray.Builder();
        for (long row = firstRow; row < firstRow + rows; row++)
        {
            ids.Append(row);
            odds.Append(row % 2 != 0);
        }

        var batch = new CountedBatch(Schema, [ids.Build(allocator), odds.Build(allocator)], rows, ledger);
        ledger.Made(batch);
        return batch;
    }

    internal sealed class CountedBatch(Schema schema, IEnumerable<IArrowArray> columns, int rows, Ledger ledger) : RecordBatch(schema, columns, rows)
    {
        protected override void Dispose(bool disposing)
        {
            ledger.Disposed(this);
            base.Dispose(disposing);
        }
    }

    internal sealed class RowGroup : IRowGroupScan
    {
        private readonly FakeTable table;
        private readonly int index;
        private int batchesRead;

        public RowGroup(FakeTable table, int index)
        {
            (this.table, this.index) = (table, index);
            (HeldBytes, FetchBytes, DecodeBytes) = table.Sizes(index);
            table.Ledger.Made(this);
        }

        public string Name => $"Row group {index}";

        public long Rows => ((long)table.Batches * table.BatchRows) + table.DeletedRows;

        public long DeletedRows => table.DeletedRows;

        public long HeldBytes { get; }

        public long FetchBytes { get; }

        public long DecodeBytes { get; private set; }

        public Task FetchAsync(CancellationToken cancellationToken) => table.At(Step.Fetch, cancellationToken);

        public void Measure(CancellationToken cancellationToken) => DecodeBytes = table.Measured?.Invoke(index) ?? DecodeBytes;

        public RecordBatch? ReadNext(CancellationToken cancellationToken)
        {
            table.At(Step.Decode, cancellationToken).GetAwaiter().GetResult();
            table.AtDecode(cancellationToken);
            if (batchesRead == table.Batches)
                return null;

            bool last = batchesRead == table.Batches - 1 && index == (table.Files * table.RowGroups) - 1;
            long firstRow = (index * Rows) + (batchesRead++ * table.BatchRows);
            return table.MakeBatch(firstRow, table.BatchRows - (last ? table.MissingRows : 0));
        }

        public void Dispose() => table.Ledger.Disposed(this);
    }

    internal sealed class FakeDeletes(long bytes, long? rows, int identity = 0) : IRowDeletes
    {
        public IReadOnlyList<Field> KeyColumns => [];

        public long Bytes => bytes;

        public long? Rows => rows;

        public UInt128 Identity => (UInt128)identity;

        public Task<IDeletedRows> LoadAsync(CancellationToken cancellationToken) => throw new NotSupportedException("The reader of a fake table knows its deleted rows.");
    }
}
