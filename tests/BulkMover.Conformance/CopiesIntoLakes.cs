using Apache.Arrow;
using BulkMover.Cli.Sources;
using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Transfers;
using BulkMover.ObjectStores.Local;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Canon;
using BulkMover.Testing.ClickHouse;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>Tables of other engines, copied into tables of files: our own reader finds the same rows there.</summary>
public sealed class CopiesIntoLakes(ClickHouseServerFixture server)
{
    /// <summary>Of the corpus: enough to have nested columns, decimals, timestamps and text of all kinds.</summary>
    private const int TablesOfEngine = 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => new(CorpusIndex.Instance.Entries
        .Where(entry => entry.Outcome == "rows" && !Exceptions.FilesAreElsewhere.Contains(entry.Name)).Select(entry => entry.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Copy_ParquetDirectory_HoldsTheSameRows(string name)
    {
        CorpusEntry entry = CorpusIndex.Instance[name];
        using var directory = new TemporaryDirectory();
        Source source = await SourceOpener.OpenAsync(entry.Address, Token);
        try
        {
            ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, Token);
            var scan = new Scan(snapshot, columns: null, where: null);
            await using var target = LakeTarget.OfParquet("target", new LocalObjectStore(directory.Location), directory.Location, new LakeOptions());
            long rows = await CopyAsync(source, snapshot, scan, target);

            await AssertSameAsync(source, snapshot, scan, await SourceOpener.OpenAsync($"parquet:{directory.FullName}", Token), rows);
        }
        catch (BulkMoverException refusal) when (refusal is UnsupportedFeatureException or TargetException)
        {
            Assert.True(refusal is UnsupportedFeatureException && Refusals.Allow(entry, (UnsupportedFeatureException)refusal), refusal.Message);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Copy_DeltaTable_HoldsTheSameRows(string name)
    {
        CorpusEntry entry = CorpusIndex.Instance[name];
        using var directory = new TemporaryDirectory();
        Source source = await SourceOpener.OpenAsync(entry.Address, Token);
        ITableSnapshot snapshot = await OpenOrRefuseAsync(entry, source);
        var scan = new Scan(snapshot, columns: null, where: null);
        try
        {
            await using var target = LakeTarget.OfDelta("target", new LocalObjectStore(directory.Location), directory.Location, new LakeOptions());
            long rows = await CopyAsync(source, snapshot, scan, target);

            await AssertSameAsync(source, snapshot, scan, await SourceOpener.OpenAsync($"delta:{directory.FullName}", Token), rows, StyleOfDelta);
        }
        catch (UnsupportedFeatureException refusal)
        {
            Assert.True(Refusals.Allow(entry, refusal), refusal.Message);
        }
        catch (TargetException refusal)
        {
            Assert.True(IsBeyondDelta(refusal, scan.OutputSchema), refusal.Message);
        }
        catch (ValueOutOfRangeException refusal)
        {
            Assert.True(scan.OutputSchema.FieldsList.Any(field => SourceType.Describe(field).Contains("timestamp(ns", StringComparison.Ordinal)), refusal.Message);
        }
    }

    [Fact]
    public async Task Copy_DeltaTables_AreReadByAnotherEngine()
    {
        int read = 0;
        var differences = new List<string>();
        foreach (CorpusEntry entry in CorpusIndex.Instance.Entries.Where(entry => entry.Outcome == "rows" && entry.Format == "delta" && !Exceptions.FilesAreElsewhere.Contains(entry.Name)))
        {
            if (read == TablesOfEngine)
                break;
            Source source = await SourceOpener.OpenAsync(entry.Address, Token);
            ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, Token);
            var scan = new Scan(snapshot, columns: null, where: null);
            string directory = Path.Combine(server.FilesDirectory, $"copy_{entry.Name}");
            await using var target = LakeTarget.OfDelta("target", new LocalObjectStore(Location.OnDisk(directory)), Location.OnDisk(directory), new LakeOptions());
            long rows;
            try
            {
                rows = await CopyAsync(source, snapshot, scan, target);
            }
            catch (TargetException refusal) when (IsBeyondDelta(refusal, scan.OutputSchema))
            {
                continue;
            }

            string copied = $"deltaLakeLocal('{directory}')";
            string counted = (await server.QueryAsync($"SELECT count() FROM (SELECT * FROM {copied})", Token)).Trim();
            if (counted != $"{rows}")
                differences.Add($"{entry.Name}: {rows} rows, counted {counted}");
            foreach (Field field in scan.OutputSchema.FieldsList.Where(field => field.DataType is Apache.Arrow.Types.Int32Type or Apache.Arrow.Types.Int64Type))
            {
                // Bounds leave files out here: none may be missing that has the value.
                string found = (await server.QueryAsync(
                    $"SELECT count() FROM {copied} WHERE `{field.Name}` = (SELECT max(`{field.Name}`) FROM {copied}) OR `{field.Name}` IS NULL AND (SELECT max(`{field.Name}`) FROM {copied}) IS NULL", Token)).Trim();
                if (rows > 0 && found == "0")
                    differences.Add($"{entry.Name}: '{field.Name}' has no greatest value");
            }

            read++;
        }

        Assert.Empty(differences);
        Assert.True(read > 10, $"Only {read} tables.");
    }

    [Fact]
    public async Task Copy_PartitionsOfAnyText_AreReadByAnotherEngine()
    {
        string rows = Path.Combine(server.FilesDirectory, "partitions.parquet"), directory = Path.Combine(server.FilesDirectory, "partitions_delta");
        await server.QueryAsync(
            $"INSERT INTO FUNCTION file('{rows}', Parquet) SELECT toInt64(number) AS id, if(number % 4 = 3, NULL, 'é/%= ' || toString(number % 4)) AS part, toDate32('2024-02-28') + number % 2 AS day FROM numbers(8)", Token);
        Source source = await SourceOpener.OpenAsync($"parquet:{rows}", Token);
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, Token);
        await using var target = LakeTarget.OfDelta(
            "target", new LocalObjectStore(Location.OnDisk(directory)), Location.OnDisk(directory), new LakeOptions { PartitionBy = ["part", "day"] });
        await CopyAsync(source, snapshot, new Scan(snapshot, columns: null, where: null), target);

        string found = await server.QueryAsync($"SELECT id, part, day FROM deltaLakeLocal('{directory}') ORDER BY id FORMAT TSV", Token);

        Assert.Equal(
            string.Concat(Enumerable.Range(0, 8).Select(number => $"{number}\t{(number % 4 == 3 ? "\\N" : $"é/%= {number % 4}")}\t2024-02-{28 + number % 2}\n")).TrimEnd(), found.TrimEnd());
    }

    private static async Task<ITableSnapshot> OpenOrRefuseAsync(CorpusEntry entry, Source source)
    {
        try
        {
            return await source.OpenReadableSnapshotAsync(selector: null, Token);
        }
        catch (UnsupportedFeatureException refusal) when (Refusals.Allow(entry, refusal))
        {
            Assert.Skip(refusal.Message);
            throw;
        }
    }

    /// <summary>Delta has no times of day, no decimals of more than 38 digits, and no columns without a name or of names that Parquet once could not have.</summary>
    private static bool IsBeyondDelta(TargetException refusal, Schema schema) => refusal.Code switch
    {
        "delta.column_name" => true,
        "delta.type_unsupported" => TypesBeyondDelta.Any(type => schema.FieldsList.Any(field => SourceType.Describe(field).Contains(type, StringComparison.Ordinal))),
        _ => false,
    };

    private static readonly string[] TypesBeyondDelta = ["time32", "time64", "decimal256", "interval", "duration", "extension"];

    /// <summary>Timestamps come in microseconds whatever their unit was, whole numbers of 64 bits without a sign as decimals, and variants in lists and structs as text too.</summary>
    private static readonly CanonStyle StyleOfDelta = new() { TimestampsInNanoseconds = true, VariantsAsText = true, UnsignedLongsAsDecimals = true };

    private static async Task<long> CopyAsync(Source source, ITableSnapshot snapshot, Scan scan, ITarget target)
    {
        var origin = new TransferOrigin("command", "selection", source.Name, snapshot.Id);
        TargetPlan plan = await target.PlanAsync(new TargetRequest(TransferId.Of(source.Name), origin, scan.OutputSchema, CopyMode.Create, []), Token);
        var copy = new CopyTransfer(snapshot, scan, source.NewReader(snapshot, scan), target, plan, new MemoryBudget(MemoryBudget.DefaultBytes()), new CopyOptions());
        return (await copy.RunAsync(Token)).Rows;
    }

    private static async Task AssertSameAsync(Source source, ITableSnapshot snapshot, Scan scan, Source copy, long rows, CanonStyle? style = null)
    {
        ITableSnapshot copied = await copy.OpenReadableSnapshotAsync(selector: null, Token);
        CanonRows expected = await ReadAsync(source, snapshot, scan, style);
        CanonRows found = await ReadAsync(copy, copied, new Scan(copied, [.. scan.OutputSchema.FieldsList.Select(field => field.Name)], where: null), style);

        Assert.Equal(expected.Count, rows);
        if (found.DifferenceFrom(expected) is { } difference)
            Assert.Fail(difference);
    }

    private static async Task<CanonRows> ReadAsync(Source source, ITableSnapshot snapshot, Scan scan, CanonStyle? style)
    {
        var canon = new CanonWriter(style ?? new CanonStyle());
        var rows = new CanonRows();
        await foreach (RecordBatch batch in ForeignTable.BatchesAsync(source, snapshot, scan, Token))
        {
            // Variants are compared as the texts that they arrive as.
            using (var texts = new RecordBatch(new Schema([.. batch.Schema.FieldsList.Select(WithoutMark)], null), batch.Arrays, batch.Length))
                rows.Add(canon.Lines(texts));
        }

        return rows;
    }

    private static Field WithoutMark(Field field) => field.IsUuid() ? field : new Field(field.Name, field.DataType, field.IsNullable);
}
