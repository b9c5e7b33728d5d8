using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet.Writing;
using BulkMover.TableFormats.Delta;
using BulkMover.TableFormats.Iceberg;
using BulkMover.TableFormats.ParquetDirectories;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Canon;
using BulkMover.Testing.Deletes;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Targets;

/// <summary>Runs of a copy into a table of files: some chunks of some rows, as the engine would bring them.</summary>
/// <param name="format">Of the table; <c>mapped</c> is Delta of columns that the source maps by id.</param>
/// <param name="objects">Where it is.</param>
internal sealed class LakeCopy(string format, MemoryObjectStore objects)
{
    /// <summary>Iceberg tables of format version 3, which are there before the first copy.</summary>
    public const string Version3 = "iceberg version 3";

    public static Location Root { get; } = new("s3", "bucket/lake/orders");

    private const string OnePlace = "Köln/Süd";

    private static readonly Schema Columns = new(
        [new Field("id", Int64Type.Default, nullable: false), new Field("place", StringType.Default, nullable: true)], null);

    /// <summary>Names of others in files, and what says so.</summary>
    private static readonly Schema MappedColumns = new(
        [Columns.FieldsList[0].WithPhysicalName("place").WithFieldId(1), Columns.FieldsList[1].WithPhysicalName("col-2").WithFieldId(2)],
        new Dictionary<string, string> { ["delta.columnMapping.mode"] = "id", ["delta.columnMapping.maxColumnId"] = "2" });

    private readonly Schema columns = format == "mapped" ? MappedColumns : Columns;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public IReadOnlyList<string>? PartitionBy { get; init; }

    public CopyMode Mode { get; init; }

    public bool Restart { get; init; }

    /// <summary>Begins so many chunks, from 0.</summary>
    public int Chunks { get; init; } = 3;

    /// <summary>Ids of the rows: those of chunk n from n times 100.</summary>
    public int FirstId { get; init; }

    /// <summary>
    /// Each chunk is a file of the source with a deleted row behind every other one, and has to be adopted. Partitioned, all are of one place, which only metadata tell.
    /// </summary>
    public bool IsAdopting { get; init; }

    /// <summary>The deleted rows are told by the values of both columns, not by position.</summary>
    public bool DeletesByValues { get; init; }

    public TransferId Transfer { get; init; } = TransferId.Of("copy");

    /// <summary>The rows that the copy brings, in the order of their ids.</summary>
    public IEnumerable<string> Rows => Enumerable.Range(0, Chunks).SelectMany(chunk => IdsOf(chunk)).Select(id => $$"""{"id":{{id}},"place":{{PlaceOf(id) switch { null => "null", var place => $"\"{place}\"" }}}}""");

    public TargetRequest Request => new(Transfer, new TransferOrigin("command", "selection", "source", "1"), columns, Mode, [])
    {
        Restart = Restart,
        Adoption = IsAdopting ? new Adoption(objects, format == "mapped" ? ColumnMatching.WrittenFieldId : ColumnMatching.Name, IsRequired: true) : null,
    };

    /// <summary>Rows nearly all of which are of one place.</summary>
    public static RecordBatch Skewed(int rows)
    {
        (var ids, var places) = (new Int64Array.Builder(), new StringArray.Builder());
        for (int id = 0; id < rows; id++)
        {
            ids.Append(id);
            places.Append(id == 0 ? "seldom" : "often");
        }

        return new RecordBatch(Columns, [ids.Build(), places.Build()], rows);
    }

    public LakeTarget Open(IWritableStore store)
    {
        var options = new LakeOptions { PartitionBy = PartitionBy };
        return format switch
        {
            "delta" or "mapped" => LakeTarget.OfDelta(format, store, Root, options),
            "iceberg" or Version3 => LakeTarget.OfIceberg(format, store, Root, options),
            _ => LakeTarget.OfParquet(format, store, Root, options),
        };
    }

    /// <summary>One run, to its end or to the failure.</summary>
    /// <returns>Rows that the target counts.</returns>
    public async Task<long> RunAsync(IWritableStore store)
    {
        if (format == Version3)
            MakeTable();
        await using LakeTarget target = Open(store);
        TargetPlan plan = await target.PlanAsync(Request, Token);
        if (plan.Earlier is { IsComplete: true } complete)
            return complete.Rows;
        await using ITargetLoad load = await target.BeginAsync(plan, new LoadLimits(Writers: 2, HeldBytes: 1 << 20), Token);
        long rows = load.Arrived.Values.Sum(chunk => chunk.Rows);
        for (int number = 0; number < Chunks; number++)
        {
            if (load.Arrived.ContainsKey(number) || plan.Earlier is { HasArrived: true })
                continue;
            await BringAsync(load, number);
            rows += IdsOf(number).Count();
        }

        return await load.CommitAsync(rows, Token);
    }

    /// <summary>A run that ends when the first chunk has arrived, as one that is killed.</summary>
    public async Task RunOneChunkAsync()
    {
        await using LakeTarget target = Open(objects);
        await using ITargetLoad load = await target.BeginAsync(await target.PlanAsync(Request, Token), new LoadLimits(Writers: 2, HeldBytes: 1 << 20), Token);
        await BringAsync(load, 0);
    }

    /// <summary>Makes the table as its engine would, unless it is there.</summary>
    public void MakeTable()
    {
        Location metadata = Root.Combine("metadata/v1.metadata.json");
        if (objects.Locations.Contains(metadata))
            return;
        string fields = PartitionBy is null ? "" : """{"source-id":2,"field-id":1000,"name":"place","transform":"identity"}""";
        objects[metadata] = Encoding.UTF8.GetBytes($$"""
            {"format-version":3,"table-uuid":"f79c3e09-677c-4bbd-a479-3f349cb785e7","location":"{{Root}}","last-sequence-number":0,"last-updated-ms":0,"last-column-id":2,"next-row-id":0,
             "current-schema-id":0,"schemas":[{"type":"struct","schema-id":0,"fields":[{"id":1,"name":"id","required":true,"type":"long"},{"id":2,"name":"place","required":false,"type":"string"}]}],
             "default-spec-id":0,"partition-specs":[{"spec-id":0,"fields":[{{fields}}]}],"last-partition-id":1000,"default-sort-order-id":0,"sort-orders":[{"order-id":0,"fields":[]}],
             "properties":{},"current-snapshot-id":null,"snapshots":[],"refs":{} }
            """);
    }

    /// <summary>Makes a table of Iceberg's next version.</summary>
    public static void AlterTable(MemoryObjectStore objects, Action<JsonObject> change)
    {
        int last = objects.Locations.Count(location => location.Name.EndsWith(".metadata.json", StringComparison.Ordinal));
        JsonObject document = JsonNode.Parse(objects[At(last)])!.AsObject();
        change(document);
        objects[At(last + 1)] = Encoding.UTF8.GetBytes(document.ToJsonString());

        static Location At(int version) => Root.Combine($"metadata/v{version}.metadata.json");
    }

    /// <summary>What readers of the table find, in the order of the ids.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync()
    {
        CanonRows rows = await PlannedRows.ReadAsync(objects, await SnapshotAsync(), where: null, ["id", "place"]);
        return [.. rows.Lines().OrderBy(IdOf)];
    }

    /// <summary>The table's data files.</summary>
    public async Task<IReadOnlyList<ScanTask>> FilesAsync()
    {
        ITableSnapshot snapshot = await SnapshotAsync();
        return await snapshot.PlanAsync(new Scan(snapshot, columns: null, where: null), Token).ToListAsync(Token);
    }

    /// <summary>Writes the source's file of a chunk.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="more">A column of whole numbers that is not one of the source's.</param>
    public async Task<ScanTask> WriteSourceAsync(int chunk, Field? more = null)
    {
        var location = new Location("s3", $"bucket/source/{FirstId}-{chunk}.parquet");
        (var ids, var places) = (new Int64Array.Builder(), new StringArray.Builder());
        foreach (int id in IdsOf(chunk))
        {
            ids.Append(id).Append(-id);
            places.Append(PlaceOf(id)).Append("deleted");
        }

        bool isPartitioned = PartitionBy is not null;
        // With the ids that a new Iceberg table gives them: files without come into a table by its name mapping.
        Field[] fields = [.. columns.FieldsList.Take(isPartitioned ? 1 : 2).Select((field, place) => FieldTree.InFiles(field).WithFieldId(place + 1))];
        IArrowArray[] arrays = isPartitioned ? [ids.Build()] : [ids.Build(), places.Build()];
        var schema = new Schema(more is null ? fields : [.. fields, more], null);
        using var batch = new RecordBatch(schema, more is null ? arrays : [.. arrays, ids.Build()], ids.Length);
        await using var writer = new ParquetFileWriter(await objects.CreateAsync(location, null, Token), location, schema, new ParquetWriteOptions());
        await writer.WriteRowGroupAsync([batch], Token);
        await writer.CompleteAsync(Token);
        IReadOnlyDictionary<string, Scalar> constants = isPartitioned
            ? new Dictionary<string, Scalar> { ["place"] = new(StringType.Default, Encoding.UTF8.GetBytes(OnePlace)) }
            : ScanTask.NoConstants;
        return new ScanTask(location, writer.Bytes, batch.Length, constants, ConstantsWin: true)
        {
            Deletes = DeletesByValues
                ? new NegativeIds(isPartitioned ? OnePlace : "deleted")
                : new Positions([.. Enumerable.Range(0, batch.Length / 2).Select(row => 2L * row + 1)]),
        };
    }

    private async Task<ITableSnapshot> SnapshotAsync()
    {
        ITable table = format switch
        {
            "delta" or "mapped" => await DeltaTable.OpenAsync(objects, Root, Token),
            "iceberg" or Version3 => await IcebergTable.OpenAsync(objects, Root, Token),
            _ => await ParquetTable.OpenAsync(objects, Root, Token),
        };
        return await table.OpenSnapshotAsync(null, Token);
    }

    /// <summary>The id that a line begins with.</summary>
    public static int IdOf(string line) => int.Parse(line.AsSpan(6, line.IndexOf(',', StringComparison.Ordinal) - 6), CultureInfo.InvariantCulture);

    private IEnumerable<int> IdsOf(int chunk) => Enumerable.Range(FirstId + chunk * 100, 10 + chunk);

    private string? PlaceOf(int id) => IsAdopting && PartitionBy is not null ? OnePlace : (id % 4) switch { 0 => null, 1 => OnePlace, 2 => "..", _ => "a=b c" };

    private async Task BringAsync(ITargetLoad load, int number)
    {
        await using IChunkLoad chunk = await load.BeginChunkAsync(number, Token);
        if (IsAdopting)
            Assert.Equal(IdsOf(number).Count(), (await chunk.TryAdoptAsync(await WriteSourceAsync(number), Token))?.Rows);
        else
            await SendAsync(load, chunk, number);
        await chunk.CommitAsync(IdsOf(number).Count(), Encoding.UTF8.GetBytes($"tasks {number}"), Token);
    }

    private async Task SendAsync(ITargetLoad load, IChunkLoad chunk, int number)
    {
        foreach (IEncodedBlock block in load.Encode(Batch(number)))
            await chunk.SendAsync(block, number % 2, Token);
    }

    private RecordBatch Batch(int chunk)
    {
        (var ids, var places) = (new Int64Array.Builder(), new StringArray.Builder());
        foreach (int id in IdsOf(chunk))
        {
            ids.Append(id);
            places.Append(PlaceOf(id));
        }

        return new RecordBatch(columns, [ids.Build(), places.Build()], IdsOf(chunk).Count());
    }

    /// <summary>Deletes the rows of a place whose ids are negative.</summary>
    private sealed class NegativeIds(string place) : IRowDeletes, IDeletedRows
    {
        public IReadOnlyList<Field> KeyColumns => Columns.FieldsList;

        public long Bytes => 0;

        public long? Rows => null;

        public UInt128 Identity => 0;

        public Task<IDeletedRows> LoadAsync(CancellationToken cancellationToken) => Task.FromResult<IDeletedRows>(this);

        public void Mark(RecordBatch keys, long firstPosition, Span<bool> deleted)
        {
            (var ids, var places) = ((Int64Array)keys.Column(0), (StringArray)keys.Column(1));
            for (int row = 0; row < keys.Length; row++)
                deleted[row] |= ids.GetValue(row) < 0 && places.GetString(row) == place;
        }

        public bool HasAll(long firstPosition, long count) => false;
    }
}
