using BulkMover.Cli.Sources;
using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.ObjectStores.Requests;
using BulkMover.ObjectStores.S3;
using BulkMover.TableFormats.Delta;
using BulkMover.TableFormats.Iceberg;
using BulkMover.Testing.Canon;
using BulkMover.Testing.Catalogs;
using BulkMover.Testing.S3;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>Tables of other engines, put into a real S3 as they are.</summary>
public sealed class TablesInS3(CephServer s3) : IClassFixture<CephServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Each lies where it was written, so that a catalog can hand out its metadata unchanged.</summary>
    [Theory]
    [InlineData("icebird-spark-bunnies", "hyperparam-iceberg", "spark/bunnies")]
    [InlineData("pglake-spark_generated_iceberg_test", "testbucketcdw", "spark_test/public/spark_generated_iceberg_test")]
    public async Task Read_IcebergTableOfACatalog_HoldsItsRows(string name, string bucket, string prefix)
    {
        CorpusEntry entry = CorpusIndex.Instance[name];
        await PutAsync(entry, await s3.NewBucketAsync(bucket, Token), prefix);
        string document = await s3.GetTextAsync(bucket, $"{prefix}/{entry.MetadataFile}", Token);
        using var catalog = new CatalogServer();
        catalog.Add(new ServedTable(["other", "engines"], name, document, $"s3://{bucket}/{prefix}/{entry.MetadataFile}")
        {
            Config =
            {
                ["s3.endpoint"] = s3.Endpoint.AbsoluteUri, ["client.region"] = "us-east-1",
                ["s3.access-key-id"] = CephServer.AccessKey, ["s3.secret-access-key"] = CephServer.SecretKey,
            },
        });

        await AssertRowsAsync(entry, await SourceOpener.OpenAsync(catalog.AddressOf($"other.engines.{name}"), Token));
    }

    [Theory]
    [InlineData("gold-dv-with-columnmapping")]
    [InlineData("krs-v2-checkpoints-json-with-last-checkpoint")]
    [InlineData("trino-databricks153-type_widening_partition")]
    [InlineData("impala-iceberg_v2_partitioned_position_deletes")]
    public async Task Read_TableByItsPrefix_HoldsItsRows(string name)
    {
        CorpusEntry entry = CorpusIndex.Instance[name];
        string bucket = await s3.NewBucketAsync(null, Token);
        await PutAsync(entry, bucket, "some/where");
        var store = new S3ObjectStore(new FixedS3Access(new S3Access
        {
            Endpoint = s3.Endpoint, Keys = new S3Keys(CephServer.AccessKey, CephServer.SecretKey, null),
        }), new StoreRequests(new RequestLimits()));
        var table = new Location("s3", $"{bucket}/some/where");
        ITable opened = entry.Format == "delta" ? await DeltaTable.OpenAsync(store, table, Token)
            : await IcebergTable.OpenAsync(store, table.Combine(entry.MetadataFile!), Token);

        await AssertRowsAsync(entry, new Source(name, opened, store));
    }

    private Task PutAsync(CorpusEntry entry, string bucket, string prefix) =>
        s3.PutDirectoryAsync(bucket, prefix, Path.Combine(CorpusIndex.Instance.Directory, entry.Path), Token);

    private static async Task AssertRowsAsync(CorpusEntry entry, Source source)
    {
        (CanonRows rows, ITableSnapshot snapshot) = await ForeignTable.ReadAsync(entry, source, Token);

        Assert.Equal(entry.SnapshotId ?? entry.Expected!.Version?.ToString() ?? snapshot.Id, snapshot.Id);
        Assert.Null(rows.DifferenceFrom(entry.Expected!.ReadAnswer()!));
    }
}
