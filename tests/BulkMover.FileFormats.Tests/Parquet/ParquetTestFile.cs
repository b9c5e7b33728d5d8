using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Parquet;
using BulkMover.ObjectStores.Local;
using BulkMover.Testing.Batches;
using BulkMover.Testing.Canon;
using BulkMover.Testing.Memory;
using BulkMover.Testing.Stores;
using ParquetSharp;
using ParquetSharp.Arrow;
using Xunit;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>A file written by Arrow C++, and ways to read it. Disposing checks that every buffer was given back.</summary>
internal sealed class ParquetTestFile : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly CountingAllocator allocator = new();
    private readonly SlabPool slabs = new();

    public Location Location => directory.LocationOf("file.parquet");

    public string Path => directory.PathOf("file.parquet");

    public IObjectStore Store { get; init; } = new LocalObjectStore();

    public ParquetReadOptions Options { get; set; } = new();

    public IRowDeletes? Deletes { get; set; }

    /// <summary>As planning has read it.</summary>
    public FileEnd? End { get; set; }

    public long? FirstRowId { get; set; }

    public long? LastChange { get; set; }

    /// <summary>Bytes of batches that are not the native reader's.</summary>
    public long LiveBytes => allocator.LiveBytes + slabs.UsedBytes;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Field Field(string name, IArrowType type, bool nullable = true, int? id = null)
    {
        var field = new Field(name, type, nullable);
        return id is { } number ? field.WithFieldId(number) : field;
    }

    public static IArrowArray ArrayOf(IArrowType type, params object?[] values) =>
        new TestArrays(MemoryAllocator.Default.Value, new Random(1)).Build(type, values);

    public static byte[] Text(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    /// <summary>One row group for each batch.</summary>
    public ParquetTestFile Write(Schema schema, params IArrowArray[][] rowGroups) => Write(schema, null, rowGroups);

    public ParquetTestFile Write(Schema schema, Action<WriterPropertiesBuilder>? configure, params IArrowArray[][] rowGroups)
    {
        using var builder = new WriterPropertiesBuilder();
        configure?.Invoke(builder);
        using WriterProperties properties = builder.Build();
        using var writer = new FileWriter(Path, schema, properties);
        foreach (IArrowArray[] columns in rowGroups)
            writer.WriteRecordBatch(new RecordBatch(schema, columns, columns[0].Length));
        writer.Close();
        return this;
    }

    /// <summary>The rows in canon-1.</summary>
    public async Task<string[]> ReadAsync(
        Schema? table = null,
        ColumnMatching matching = ColumnMatching.Name,
        IReadOnlyDictionary<string, Scalar>? constants = null,
        bool constantsWin = false,
        Filter? where = null)
    {
        var lines = new List<string>();
        await foreach (RecordBatch batch in BatchesAsync(table, matching, constants, constantsWin, where))
        {
            using (batch)
                lines.AddRange(Lines(batch));
        }

        return [.. lines];
    }

    public async IAsyncEnumerable<RecordBatch> BatchesAsync(
        Schema? table = null,
        ColumnMatching matching = ColumnMatching.Name,
        IReadOnlyDictionary<string, Scalar>? constants = null,
        bool constantsWin = false,
        Filter? where = null)
    {
        await foreach (IRowGroupScan rowGroup in ScansAsync(table, matching, constants, constantsWin, where))
        {
            using (rowGroup)
            {
                await rowGroup.FetchAsync(Cancellation);
                while (rowGroup.ReadNext(Cancellation) is { } batch)
                    yield return batch;
            }
        }
    }

    public async IAsyncEnumerable<IRowGroupScan> ScansAsync(
        Schema? table = null,
        ColumnMatching matching = ColumnMatching.Name,
        IReadOnlyDictionary<string, Scalar>? constants = null,
        bool constantsWin = false,
        Filter? where = null)
    {
        Schema schema = table ?? (await ParquetFooter.ReadAsync(Store, Location, null, Cancellation)).Schema;
        await foreach (IRowGroupScan rowGroup in Reader(schema, matching, where).OpenAsync(Task(constants, constantsWin), Cancellation))
            yield return rowGroup;
    }

    /// <summary>Bytes that opening the file needs.</summary>
    public long OpenBytes(Schema table) => Reader(table, ColumnMatching.Name, null).OpenBytes(Task(null, false));

    public static IEnumerable<string> Lines(RecordBatch batch) => new CanonWriter().Lines(batch);

    private ParquetScanTaskReader Reader(Schema table, ColumnMatching matching, Filter? where) =>
        new(Store, new Scan(new TestSnapshot(table, matching), null, where), Options, allocator) { Slabs = slabs };

    private ScanTask Task(IReadOnlyDictionary<string, Scalar>? constants, bool constantsWin) =>
        new(Location, new FileInfo(Path).Length, null, constants ?? ScanTask.NoConstants, constantsWin)
        {
            End = End, Deletes = Deletes, FirstRowId = FirstRowId, LastChange = LastChange,
        };

    public void Dispose()
    {
        directory.Dispose();
        slabs.Dispose();
        Assert.Equal((0, 0), (LiveBytes, allocator.BuffersFreedTwice));
    }
}
