using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Avro;
using BulkMover.FileFormats.Tests.Parquet;
using BulkMover.Testing.Canon;
using BulkMover.Testing.Memory;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.FileFormats.Tests.Avro;

/// <summary>An Avro data file, and ways to read it. Disposing checks that every buffer was given back.</summary>
internal sealed class AvroTestFile : IDisposable
{
    private static readonly Location Location = new("memory", "file.avro");

    private readonly MemoryObjectStore objects = new();
    private readonly CountingAllocator allocator = new();
    private readonly long bytes;

    public AvroTestFile(byte[] bytes)
    {
        objects[Location] = bytes;
        this.bytes = bytes.Length;
        Store = new RecordingStore(objects);
    }

    public RecordingStore Store { get; }

    public AvroReadOptions Options { get; init; } = new();

    public IRowDeletes? Deletes { get; set; }

    public long? FirstRowId { get; init; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A record with these fields, which get the ids 1, 2, … by their place.</summary>
    public static string Record(params string[] types) => $$"""
        {"type":"record","name":"row","fields":[{{string.Join(',', types.Select((type, i) => $$"""{"name":"f{{i + 1}}","type":{{type}},"field-id":{{i + 1}}}"""))}}]}
        """;

    /// <summary>One block of rows, each given as its bytes.</summary>
    public static AvroTestFile Of(string schema, params byte[][] rows) =>
        new(AvroFiles.ByHand(schema, "null", (rows.Length, [.. rows.SelectMany(row => row)])));

    public static Field Field(string name, int id, IArrowType type, bool nullable = true) => new Field(name, type, nullable).WithFieldId(id);

    /// <summary>The rows in canon-1.</summary>
    public async Task<string[]> ReadAsync(params Field[] table) => [.. (await ReadBatchesAsync(table)).SelectMany(lines => lines)];

    /// <summary>The rows in canon-1, by batch.</summary>
    public async Task<string[][]> ReadBatchesAsync(Field[] table, IReadOnlyDictionary<string, Scalar>? constants = null)
    {
        var batches = new List<string[]>();
        await foreach (IRowGroupScan scan in ScansAsync(table, constants))
        {
            using (scan)
            {
                await scan.FetchAsync(Cancellation);
                while (scan.ReadNext(Cancellation) is { } batch)
                {
                    using (batch)
                        batches.Add([.. new CanonWriter().Lines(batch)]);
                }
            }
        }

        return [.. batches];
    }

    public IAsyncEnumerable<IRowGroupScan> ScansAsync(Field[] table, IReadOnlyDictionary<string, Scalar>? constants = null) =>
        Reader(table).OpenAsync(Task(constants), Cancellation);

    /// <summary>Bytes that opening the file needs.</summary>
    public long OpenBytes(params Field[] table) => Reader(table).OpenBytes(Task(null));

    public void Dispose() => Assert.Equal((0, 0), (allocator.LiveBytes, allocator.BuffersFreedTwice));

    private AvroScanTaskReader Reader(Field[] table) =>
        new(Store, new Scan(new TestSnapshot(new Schema(table, null), ColumnMatching.FieldId), null, null), Options, allocator);

    private ScanTask Task(IReadOnlyDictionary<string, Scalar>? constants) =>
        new(Location, bytes, null, constants ?? ScanTask.NoConstants, ConstantsWin: false) { Deletes = Deletes, FirstRowId = FirstRowId };
}
