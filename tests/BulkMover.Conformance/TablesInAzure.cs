using BulkMover.Cli.Sources;
using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using BulkMover.Core.Tables;
using BulkMover.ObjectStores.Azure;
using BulkMover.ObjectStores.Requests;
using BulkMover.TableFormats.Delta;
using BulkMover.TableFormats.Iceberg;
using BulkMover.Testing.Azure;
using BulkMover.Testing.Canon;
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
        string container = await azure.NewContainerAsync(Token);
        await azure.PutDirectoryAsync(container, "some/where", Path.Combine(CorpusIndex.Instance.Directory, entry.Path), Token);
        var store = new AzureObjectStore(new AzureAccess { Account = AzuriteServer.Account, ConnectionString = azure.ConnectionString }, new StoreRequests(new RequestLimits()));
        SourceAddress address = SourceAddress.Parse($"{entry.Format}+az://{container}/some/where/{entry.MetadataFile}", () => AzuriteServer.Account);
        ITable table = entry.Format == "delta" ? await DeltaTable.OpenAsync(store, address.Location, Token)
            : await IcebergTable.OpenAsync(store, address.Location, Token);

        (CanonRows rows, ITableSnapshot snapshot) = await ForeignTable.ReadAsync(entry, new Source(address.ToString(), table, store), Token);

        Assert.Equal(entry.SnapshotId ?? entry.Expected!.Version?.ToString() ?? snapshot.Id, snapshot.Id);
        Assert.Null(rows.DifferenceFrom(entry.Expected!.ReadAnswer()!));
    }
}
