using BulkMover.Cli.Sources;
using BulkMover.Conformance.Corpus;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Engine.Transfers;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>
/// Tables of other engines whose files have deleted rows: these come as they are, with deletes that another engine applies. It finds the rows that it finds in
/// a copy that was decoded, which has no deletes.
/// </summary>
public sealed class AdoptedDeletes(ClickHouseServerFixture server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Tables with deletion vectors of Delta, with position delete files, with deletion vectors of Iceberg, with equality delete files; and how many of their files have deleted rows.</summary>
    public static TheoryData<string, int> Tables => new()
    {
        { "gold-dv-partitioned-with-checkpoint", 2 },
        { "gold-log-replay-dv-key-cases", 1 },
        { "krs-cdf-table-with-cdc-and-dvs", 1 },
        { "krs-compacted-log-files-table", 1 },
        { "trino-databricks122-deletion_vectors", 1 },
        { "trino-deltalake-clone_merge-clone_merge_deletion_vector_source", 1 },
        { "dremio-multi_rowgroup_orders_with_deletes", 5 },
        { "duckdbref-multi_blob_deletion_vectors", 2 },
        { "icxx-wh-gperov", 1 },
        { "impala-iceberg_lineitem_multiblock", 1 },
        { "impala-iceberg_v2_partitioned_position_deletes", 3 },
        { "impala-iceberg_v2_positional_update_all_rows", 1 },
        { "impala-iceberg_v3_deletion_vectors", 2 },
        { "pglake-spark_generated_iceberg_test", 6 },
        { "pglakeh-v3_pos_dv", 1 },
        { "duckdb-equality_delete_cross_partition-t", 1 },
        { "duckdb-equality_deletes-mytable_partitioned", 3 },
        { "impala-iceberg_v2_delete_equality", 1 },
        { "impala-iceberg_v2_delete_equality_nulls", 1 },
        { "impala-iceberg_v2_delete_equality_partitioned", 2 },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public Task Copy_IntoDelta_AnotherEngineAppliesItsVectors(string name, int files) => AssertAppliedAsync(name, files, "delta", "deltaLakeLocal", "*");

    /// <summary>ClickHouse reads a column that files lack, and partitions tell, as null, with deletes or without (against the Iceberg spec, "Column Projection").</summary>
    [Theory]
    [MemberData(nameof(Tables))]
    public Task Copy_IntoIceberg_AnotherEngineAppliesItsDeletes(string name, int files) =>
        AssertAppliedAsync(name, files, "iceberg", "icebergLocal", name == "gold-dv-partitioned-with-checkpoint" ? "* EXCEPT part" : "*");

    /// <summary>Of format version 3, into a table that its engine has upgraded. The other engine reads no vectors of Iceberg yet: those of Delta have the same bytes, which it applies above.</summary>
    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Replace_IcebergOfVersion3_HoldsTheSameRowsByVectors(string name, int files)
    {
        CorpusEntry entry = CorpusIndex.Instance[name];
        Source source = await SourceOpener.OpenAsync(entry.Address, Token);
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, Token);
        var scan = new Scan(snapshot, columns: null, where: null);
        string directory = Path.Combine(server.FilesDirectory, $"vectors_{name}");
        await using LakeTarget target = LakeCopies.Open("iceberg", Location.OnDisk(directory));
        await LakeCopies.RunAsync(source, snapshot, scan, target, isAdopting: false);
        await LakeCopies.UpgradeAsync(directory, Token);

        CopyResult result = await LakeCopies.RunAsync(source, snapshot, scan, target, isAdopting: true, CopyMode.Replace);

        Assert.Equal(entry.Expected!.Rows, result.Rows);
        Assert.True((await LakeCopies.CompareAsync(source, snapshot, scan, $"iceberg:{directory}")).IsEqual);
        Assert.Equal(files, await FilesWithDeletesAsync($"iceberg:{directory}"));
        Assert.Equal(files, Directory.EnumerateFiles(directory, "*.puffin", SearchOption.AllDirectories).Count());
        Assert.Empty(Directory.EnumerateFiles(directory, "*-deletes.parquet", SearchOption.AllDirectories));
    }

    private async Task AssertAppliedAsync(string name, int files, string format, string function, string columns)
    {
        CorpusEntry entry = CorpusIndex.Instance[name];
        Source source = await SourceOpener.OpenAsync(entry.Address, Token);
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, Token);
        var scan = new Scan(snapshot, columns: null, where: null);
        string adopted = Path.Combine(server.FilesDirectory, $"adopted_{format}_{name}"), decoded = Path.Combine(server.FilesDirectory, $"decoded_{format}_{name}");
        await using LakeTarget target = LakeCopies.Open(format, Location.OnDisk(adopted)), other = LakeCopies.Open(format, Location.OnDisk(decoded));

        CopyResult result = await LakeCopies.RunAsync(source, snapshot, scan, target, isAdopting: true);
        await LakeCopies.RunAsync(source, snapshot, scan, other, isAdopting: false);

        Assert.Equal(entry.Expected!.Rows, result.Rows);
        Assert.Equal(await RowsAsync(columns, $"{function}('{decoded}')"), await RowsAsync(columns, $"{function}('{adopted}')"));
        Assert.Equal(files, await FilesWithDeletesAsync($"{format}:{adopted}"));
        Assert.Equal(0, await FilesWithDeletesAsync($"{format}:{decoded}"));
    }

    /// <summary>How many there are, and what their values come to.</summary>
    private async Task<string> RowsAsync(string columns, string table) =>
        await server.QueryAsync($"SELECT count(), sum(cityHash64(toString(tuple({columns})))) FROM {table}", Token);

    private static async Task<int> FilesWithDeletesAsync(string address)
    {
        Source source = await SourceOpener.OpenAsync(address, Token);
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, Token);
        return await snapshot.PlanAsync(new Scan(snapshot, columns: null, where: null), Token).CountAsync(task => task.Deletes is not null, Token);
    }
}
