using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Cli.Sources;
using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Canon;
using BulkMover.Testing.ClickHouse;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>Tables of other engines, copied into tables of files of each format: our own reader finds the same rows there, and so do other engines.</summary>
public sealed class CopiesIntoLakes(ClickHouseServerFixture server)
{
    /// <summary>Of the corpus: enough to have nested columns, decimals, timestamps and text of all kinds.</summary>
    private const int TablesOfEngine = 20;

    private static readonly string[] Formats = ["parquet", "delta", "iceberg"];

    /// <summary>What the formats have no types for.</summary>
    private static readonly string[] TypesBeyondDelta = ["time32", "time64", "decimal256", "interval", "duration", "extension"];
    private static readonly string[] TypesBeyondIceberg = ["decimal256", "interval", "duration", "extension", "null", "geometry", "geography"];

    /// <summary>
    /// Timestamps and times of day come in microseconds whatever their unit was, whole numbers of 64 bits without a sign as decimals, and variants as text.
    /// </summary>
    private static readonly CanonStyle Style = new() { TimestampsInNanoseconds = true, VariantsAsText = true, UnsignedLongsAsDecimals = true };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => new(CorpusIndex.Instance.Entries
        .Where(entry => entry.Outcome == "rows" && !Exceptions.FilesAreElsewhere.Contains(entry.Name)).Select(entry => entry.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Copy_IntoEachFormat_HoldsTheSameRows(string name)
    {
        CorpusEntry entry = CorpusIndex.Instance[name];
        Source source = await SourceOpener.OpenAsync(entry.Address, Token);
        if (await OpenOrRefuseAsync(entry, source) is not { } snapshot)
            return;
        var scan = new Scan(snapshot, columns: null, where: null);
        CanonRows expected;
        try
        {
            expected = await ReadAsync(source, snapshot, scan);
        }
        catch (UnsupportedFeatureException refusal) when (Refusals.Allow(entry, refusal))
        {
            return;
        }

        foreach (string format in Formats)
            await AssertSameAsync(format, isAdopting: true, source, snapshot, scan, expected);
        // What is decoded comes into all of them by the same writer: each table into one, in turns.
        await AssertSameAsync(Formats[name.Length % Formats.Length], isAdopting: false, source, snapshot, scan, expected);
    }

    [Theory]
    [InlineData("delta", "deltaLakeLocal")]
    [InlineData("iceberg", "icebergLocal")]
    public async Task Copy_OfDeltaTables_IsReadByAnotherEngine(string format, string function)
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
            string directory = Path.Combine(server.FilesDirectory, $"copy_{format}_{entry.Name}");
            await using LakeTarget target = LakeCopies.Open(format, Location.OnDisk(directory));
            long rows;
            try
            {
                rows = (await LakeCopies.RunAsync(source, snapshot, scan, target, isAdopting: read % 2 == 0)).Rows;
            }
            catch (TargetException refusal) when (IsBeyond(format, refusal, scan.OutputSchema))
            {
                continue;
            }

            string copied = $"{function}('{directory}')";
            string counted = (await server.QueryAsync($"SELECT count() FROM (SELECT * FROM {copied})", Token)).Trim();
            if (counted != $"{rows}")
                differences.Add($"{entry.Name}: {rows} rows, counted {counted}");
            foreach (Field field in scan.OutputSchema.FieldsList.Where(field => field.DataType is Int32Type or Int64Type))
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

    [Theory]
    [InlineData("delta", "deltaLakeLocal")]
    [InlineData("iceberg", "icebergLocal")]
    public async Task Copy_PartitionsOfAnyText_AreReadByAnotherEngine(string format, string function)
    {
        string rows = Path.Combine(server.FilesDirectory, $"partitions_{format}.parquet"), directory = Path.Combine(server.FilesDirectory, $"partitions_{format}");
        await server.QueryAsync(
            $"INSERT INTO FUNCTION file('{rows}', Parquet) SELECT toInt64(number) AS id, if(number % 4 = 3, NULL, 'é/%=𠮷 ' || toString(number % 4)) AS part, '𠮷' || toString(number) AS name, toDate32('2024-02-28') + number % 2 AS day FROM numbers(8)", Token);
        Source source = await SourceOpener.OpenAsync($"parquet:{rows}", Token);
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, Token);
        await using LakeTarget target = LakeCopies.Open(format, Location.OnDisk(directory), ["part", "day"]);
        await LakeCopies.RunAsync(source, snapshot, new Scan(snapshot, columns: null, where: null), target, isAdopting: false);

        string found = await server.QueryAsync($"SELECT id, part, day FROM {function}('{directory}') ORDER BY id FORMAT TSV", Token);

        Assert.Equal(
            string.Concat(Enumerable.Range(0, 8).Select(number => $"{number}\t{(number % 4 == 3 ? "\\N" : $"é/%=𠮷 {number % 4}")}\t2024-02-{28 + number % 2}\n")).TrimEnd(), found.TrimEnd());
        // Bounds leave files out: the one that has the name must not be.
        Assert.Equal("1", (await server.QueryAsync($"SELECT count() FROM {function}('{directory}') WHERE name = '𠮷5'", Token)).Trim());
    }

    private static async Task<ITableSnapshot?> OpenOrRefuseAsync(CorpusEntry entry, Source source)
    {
        try
        {
            return await source.OpenReadableSnapshotAsync(selector: null, Token);
        }
        catch (UnsupportedFeatureException refusal) when (Refusals.Allow(entry, refusal))
        {
            return null;
        }
    }

    private static async Task AssertSameAsync(string format, bool isAdopting, Source source, ITableSnapshot snapshot, Scan scan, CanonRows expected)
    {
        using var directory = new TemporaryDirectory();
        await using LakeTarget target = LakeCopies.Open(format, directory.Location);
        try
        {
            Assert.Equal(expected.Count, (await LakeCopies.RunAsync(source, snapshot, scan, target, isAdopting)).Rows);
        }
        catch (TargetException refusal)
        {
            Assert.True(IsBeyond(format, refusal, scan.OutputSchema), refusal.Message);
            return;
        }
        catch (ValueOutOfRangeException refusal)
        {
            // Nanoseconds that are no whole microseconds.
            Assert.True(format != "parquet" && Has(scan.OutputSchema, "(ns"), refusal.Message);
            return;
        }

        Source copy = await SourceOpener.OpenAsync($"{format}:{directory.FullName}", Token);
        ITableSnapshot copied = await copy.OpenReadableSnapshotAsync(selector: null, Token);
        CanonRows found = await ReadAsync(copy, copied, new Scan(copied, [.. scan.OutputSchema.FieldsList.Select(field => field.Name)], where: null));

        if (found.DifferenceFrom(expected) is { } difference)
            Assert.Fail($"{format}, {(isAdopting ? "adopted" : "decoded")}: {difference}");
        Comparison compared = await LakeCopies.CompareAsync(source, snapshot, scan, $"{format}:{directory.FullName}");
        Assert.True(compared.IsEqual, $"{format}: {string.Join(", ", compared.Source.DifferingColumns(compared.Target).Select(i => compared.Columns[i]))}");
        Assert.Equal(expected.Count, compared.Target.Rows);
    }

    /// <summary>Delta has no columns without a name or whose names differ in case only, and no empty text as a partition, Iceberg no two columns of a name.</summary>
    private static bool IsBeyond(string format, TargetException refusal, Schema schema) => (format, refusal.Code) switch
    {
        ("delta", "delta.column_name" or "delta.empty_partition_value") or ("iceberg", "iceberg.name_twice") => true,
        ("delta", "delta.type_unsupported") => TypesBeyondDelta.Any(type => Has(schema, type)),
        ("iceberg", "iceberg.type_unsupported") => TypesBeyondIceberg.Any(type => Has(schema, type)),
        _ => false,
    };

    private static bool Has(Schema schema, string type) =>
        schema.FieldsList.Any(field => SourceType.Describe(field).Contains(type, StringComparison.Ordinal));

    private static async Task<CanonRows> ReadAsync(Source source, ITableSnapshot snapshot, Scan scan)
    {
        var canon = new CanonWriter(Style);
        var rows = new CanonRows();
        await foreach (RecordBatch batch in ForeignTable.BatchesAsync(source, snapshot, scan, Token))
        {
            using (batch)
                rows.Add(canon.Lines(batch));
        }

        return rows;
    }
}
