using System.Globalization;
using Apache.Arrow;
using BulkMover.Cli.Sources;
using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.Engine.Transfers;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>
/// Delta tables of other engines that map names of columns (PROTOCOL.md, "Column Mapping"), copied into Delta: the copy maps them in the same way, and another engine finds in it what it
/// finds in the source.
/// </summary>
public sealed class MappedDeltaTables(ClickHouseServerFixture server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>
    /// Files that are decoded: those with timestamps of 96 bits, with partitions that a copy does not keep, with a column beside the table's, of tables in mode id with others than the physical names.
    /// </summary>
    private static readonly Dictionary<string, int> Decoded = new(StringComparer.Ordinal)
    {
        ["dremio-columnMappingConvertedIceberg"] = 2,
        ["duckdbh-column_mapping_id_mode_nested_struct"] = 1,
        ["gold-data-skipping-basic-stats-all-types-columnmapping-id"] = 1,
        ["jkernel-data-reader-partition-values-column-mapping-name"] = 3,
        ["krs-cdf-column-mapping-name-mode"] = 1,
        ["krs-cdf-column-mapping-name-mode-3-7"] = 1,
        ["krs-stats-writing-all-types"] = 1,
    };

    /// <summary>
    /// Tables of others that ClickHouse 26.7 does not read: it looks for lists in structs under wrong types, and in mode id by names, which are other ones in these files.
    /// </summary>
    private static readonly HashSet<string> BeyondClickHouse =
    [
        "dremio-columnMappingConvertedIceberg", "duckdbh-column_mapping_id_mode_nested_struct",
        "gold-table-with-columnmapping-mode-id", "gold-table-with-columnmapping-mode-name", "gold-table-with-icebegCompatV2Enabled",
    ];

    public static TheoryData<string> Names => new(CorpusIndex.Instance.Entries
        .Where(entry => entry.Outcome == "rows" && entry.Features.Any(feature => feature is "column_mapping:name" or "column_mapping:id") && !Exceptions.FilesAreElsewhere.Contains(entry.Name))
        .Select(entry => entry.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Copy_OfAMappedTable_KeepsItsMappingAndRows(string name)
    {
        (Source source, ITableSnapshot snapshot, string directory) = await OpenAsync(name);
        var scan = new Scan(snapshot, columns: null, where: null);
        int files = await snapshot.PlanAsync(scan, Token).CountAsync(Token);
        (long count, ulong sum) expected = BeyondClickHouse.Contains(name) ? default : await RowsAsync(directory);

        foreach (bool isAdopting in new[] { true, false })
        {
            string copied = Path.Combine(server.FilesDirectory, $"mapped_{name}_{isAdopting}");
            await using LakeTarget target = LakeCopies.Open("delta", Location.OnDisk(copied));
            CopyResult result = await LakeCopies.RunAsync(source, snapshot, scan, target, isAdopting);

            Assert.Equal(isAdopting ? files - Decoded.GetValueOrDefault(name) : 0, result.AdoptedFiles);
            await AssertHoldsAsync(1);

            // Into the table that is there now, the same rows once more.
            CopyResult appended = await LakeCopies.RunAsync(source, snapshot, scan, target, isAdopting, CopyMode.Append);
            Assert.Equal(result.AdoptedFiles, appended.AdoptedFiles);
            Assert.Equal(2 * result.Rows, await CountAsync(copied));
            await AssertHoldsAsync(2);

            await LakeCopies.RunAsync(source, snapshot, scan, target, !isAdopting, CopyMode.Replace);
            await AssertHoldsAsync(1);

            async Task AssertHoldsAsync(uint times)
            {
                await AssertMappedAlikeAsync(snapshot, copied);
                if (times == 1)
                    Assert.True((await LakeCopies.CompareAsync(source, snapshot, scan, $"delta:{copied}")).IsEqual);
                if (!BeyondClickHouse.Contains(name))
                    Assert.Equal((times * expected.count, unchecked(times * expected.sum)), await RowsAsync(copied));
            }
        }
    }

    /// <summary>A choice of columns and rows keeps the mapping of what is left; a later copy of all of them adds columns, whose names in files are new.</summary>
    [Theory]
    [InlineData("gold-dv-with-columnmapping", "col1")]
    [InlineData("krs-cdf-column-mapping-name-mode", "id")]
    [InlineData("drs-table_with_partitioning_mapping", "description")]
    public async Task Copy_SomeColumnsAndThenAll_AddsTheOthers(string name, string column)
    {
        (Source source, ITableSnapshot snapshot, string directory) = await OpenAsync(name);
        string copied = Path.Combine(server.FilesDirectory, $"mapped_some_{name}");
        await using LakeTarget target = LakeCopies.Open("delta", Location.OnDisk(copied), []);

        CopyResult first = await LakeCopies.RunAsync(source, snapshot, new Scan(snapshot, [column], where: null), target, isAdopting: true);
        CopyResult second = await LakeCopies.RunAsync(source, snapshot, new Scan(snapshot, columns: null, where: null), target, isAdopting: true, CopyMode.Append);

        Assert.Equal((first.Rows, 0), (second.Rows, second.AdoptedFiles));
        ITableSnapshot there = await (await SourceOpener.OpenAsync($"delta:{copied}", Token)).OpenReadableSnapshotAsync(selector: null, Token);
        Assert.Equal(Fields(snapshot).Single(field => field.Item1 == column), Fields(there).First());
        Assert.DoesNotContain(Fields(there).Skip(1), field => Fields(snapshot).Any(known => known.Item2 == field.Item2 || known.Item3 == field.Item3));
        string columns = string.Join(", ", snapshot.Schema.FieldsList.Select(field => $"`{field.Name}`"));
        string others = string.Join(", ", snapshot.Schema.FieldsList.Select(field => field.Name == column ? $"`{column}`" : $"NULL AS `{field.Name}`"));
        Assert.Equal(
            await server.QueryAsync($"SELECT * FROM (SELECT {columns} FROM deltaLakeLocal('{directory}') UNION ALL SELECT {others} FROM deltaLakeLocal('{directory}')) ORDER BY ALL", Token),
            await server.QueryAsync($"SELECT {columns} FROM deltaLakeLocal('{copied}') ORDER BY ALL", Token));
    }

    /// <summary>
    /// "Write data files by using the physical name": the files, which another engine wrote for Iceberg, have others for their ids, and ClickHouse, which looks for names, finds nulls in the source.
    /// </summary>
    [Fact]
    public async Task Copy_FilesHaveOtherNamesForTheirIds_AreWrittenWithPhysicalNames()
    {
        (Source source, ITableSnapshot snapshot, _) = await OpenAsync("dremio-columnMappingConvertedIceberg");
        string copied = Path.Combine(server.FilesDirectory, "mapped_statistics");
        await using LakeTarget target = LakeCopies.Open("delta", Location.OnDisk(copied));
        Assert.Equal(0, (await LakeCopies.RunAsync(source, snapshot, new Scan(snapshot, columns: null, where: null), target, isAdopting: true)).AdoptedFiles);

        Assert.Equal("1\tab\n2\tcd\n3\tef\n4\tgh\n", await server.QueryAsync($"SELECT id, str FROM deltaLakeLocal('{copied}') ORDER BY id", Token));
    }

    /// <summary>Names that Delta has in tables that map names only: such a table is made, and files are taken as they are.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Copy_OfNamesWithBlanks_MakesAMappedTable(bool isAdopting)
    {
        string rows = Path.Combine(server.FilesDirectory, $"blanks_{isAdopting}.parquet"), copied = Path.Combine(server.FilesDirectory, $"blanks_{isAdopting}");
        const string Select = "SELECT toInt64(number) AS `order id`, toString(number % 3) AS `a,b;{}()=é`, tuple(number % 2)::Tuple(`in it` Int32) AS `in`, [number]::Array(Int64) AS list FROM numbers(20)";
        await server.QueryAsync($"INSERT INTO FUNCTION file('{rows}', Parquet) {Select}", Token);
        Source source = await SourceOpener.OpenAsync($"parquet:{rows}", Token);
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, Token);
        var scan = new Scan(snapshot, columns: null, where: null);
        await using LakeTarget target = LakeCopies.Open("delta", Location.OnDisk(copied), isAdopting ? [] : ["a,b;{}()=é"]);

        CopyResult result = await LakeCopies.RunAsync(source, snapshot, scan, target, isAdopting);

        Assert.Equal(isAdopting ? 1 : 0, result.AdoptedFiles);
        Assert.True((await LakeCopies.CompareAsync(source, snapshot, scan, $"delta:{copied}")).IsEqual);
        Assert.Equal(
            await server.QueryAsync($"SELECT * FROM ({Select}) ORDER BY 1 FORMAT TSV", Token),
            await server.QueryAsync($"SELECT * FROM deltaLakeLocal('{copied}') ORDER BY 1 FORMAT TSV", Token));
        Assert.Equal("7", (await server.QueryAsync($"SELECT count() FROM deltaLakeLocal('{copied}') WHERE `a,b;{{}}()=é` = '1'", Token)).Trim());
        Assert.Equal("1", (await server.QueryAsync($"SELECT count() FROM deltaLakeLocal('{copied}') WHERE `order id` = 7", Token)).Trim());
    }

    private async Task<(Source, ITableSnapshot, string)> OpenAsync(string name)
    {
        string directory = Path.Combine(server.FilesDirectory, $"mapped_{name}");
        string from = Path.Combine(CorpusIndex.Instance.Directory, CorpusIndex.Instance[name].Path);
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(directory, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to, overwrite: true);
        }

        Source source = await SourceOpener.OpenAsync($"delta:{directory}", Token);
        return (source, await source.OpenReadableSnapshotAsync(selector: null, Token), directory);
    }

    private static async Task AssertMappedAlikeAsync(ITableSnapshot source, string copied)
    {
        Source copy = await SourceOpener.OpenAsync($"delta:{copied}", Token);
        ITableSnapshot snapshot = await copy.OpenReadableSnapshotAsync(selector: null, Token);
        Assert.Equal(source.Matching, snapshot.Matching);
        // What else the source may ask of its writers, such as IcebergCompatV2, is not promised.
        Assert.Subset(new HashSet<string> { "columnMapping", "deletionVectors", "timestampNtz", "appendOnly", "invariants" }, snapshot.Features.Select(feature => feature.Name).ToHashSet());
        Assert.Equal(Fields(source), Fields(snapshot));
    }

    private static async Task<long> CountAsync(string copied)
    {
        Source copy = await SourceOpener.OpenAsync($"delta:{copied}", Token);
        ITableSnapshot snapshot = await copy.OpenReadableSnapshotAsync(selector: null, Token);
        long rows = 0;
        await foreach (RecordBatch batch in ForeignTable.BatchesAsync(copy, snapshot, new Scan(snapshot, columns: null, where: null), Token))
        {
            using (batch)
                rows += batch.Length;
        }

        return rows;
    }

    private static IEnumerable<(string, string, int?)> Fields(ITableSnapshot snapshot) =>
        FieldTree.All(snapshot.Schema.FieldsList).Select(field => (field.Name, field.PhysicalName(), field.FieldId()));

    /// <summary>How many there are, and what their values come to, in ClickHouse.</summary>
    private async Task<(long Count, ulong Sum)> RowsAsync(string table)
    {
        string[] found = (await server.QueryAsync($"SELECT count(), sum(cityHash64(toString(tuple(*)))) FROM deltaLakeLocal('{table}')", Token)).Trim().Split('\t');
        return (long.Parse(found[0], CultureInfo.InvariantCulture), ulong.Parse(found[1], CultureInfo.InvariantCulture));
    }
}
