using BulkMover.Cli.Sources;
using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using BulkMover.Core.Tables;
using BulkMover.ObjectStores.Azure;
using BulkMover.Testing.Azure;
using BulkMover.Testing.Canon;
using BulkMover.Testing.Catalogs;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>Tables of other engines, put into Azure's emulator as they are.</summary>
public sealed class TablesInAzure(AzuriteServer azure) : IClassFixture<AzuriteServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gold-dv-with-columnmapping")]
    [InlineData("krs-v2-checkpoints-json-with-last-checkpoint")]
    [InlineData("dask-partition-test2")]
    [InlineData("impala-iceberg_v2_partitioned_position_deletes")]
    [InlineData("icebird-spark-bunnies")]
    public async Task Read_TableByItsPrefix_HoldsItsRows(string name)
    {
        CorpusEntry entry = CorpusIndex.Instance[name];
        string container = await PutAsync(entry);
        string address = $"some/where/{entry.MetadataFile}".TrimEnd('/');

        Source source = await SourceOpener.OpenAsync($"{entry.Format}+az://{container}/{address}", Token);

        Assert.Equal($"{entry.Format}+az://{AzuriteServer.Account}/{container}/{address}", source.Name);
        await AssertRowsAsync(entry, source);
    }

    [Fact]
    public async Task Read_IcebergTableOfACatalog_IsReadWithTheCredentialsOfTheEnvironment()
    {
        CorpusEntry entry = CorpusIndex.Instance["icebird-spark-bunnies"];
        string container = await PutAsync(entry);
        string document = await File.ReadAllTextAsync(Path.Combine(CorpusIndex.Instance.Directory, entry.Path, entry.MetadataFile!), Token);
        using var catalog = new CatalogServer();
        catalog.Add(new ServedTable(["ns"], "t", document, $"abfss://{container}@{AzuriteServer.Account}.dfs.core.windows.net/some/where/{entry.MetadataFile}"));

        await AssertRowsAsync(entry, await SourceOpener.OpenAsync(catalog.AddressOf("ns.t"), Token));
    }

    /// <returns>The container that the table is in.</returns>
    private async Task<string> PutAsync(CorpusEntry entry)
    {
        // The only class of this program that reads Azure.
        Environment.SetEnvironmentVariable(AzureAccess.ConnectionStringVariable, azure.ConnectionString);
        string container = await azure.NewContainerAsync(Token);
        await azure.PutDirectoryAsync(container, "some/where", Path.Combine(CorpusIndex.Instance.Directory, entry.Path), Token);
        return container;
    }

    private static async Task AssertRowsAsync(CorpusEntry entry, Source source)
    {
        (CanonRows rows, ITableSnapshot snapshot) = await ForeignTable.ReadAsync(entry, source, Token);

        Assert.Equal(entry.SnapshotId ?? entry.Expected!.Version?.ToString() ?? snapshot.Id, snapshot.Id);
        Assert.Null(rows.DifferenceFrom(entry.Expected!.ReadAnswer()!));
    }
}
