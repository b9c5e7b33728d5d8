using BulkMover.Cli.Sources;
using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using BulkMover.Testing.Canon;
using BulkMover.Testing.Catalogs;
using BulkMover.Testing.S3;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>Tables of other engines put back to where they were written, into S3, and found by a REST catalog: nothing in them is changed.</summary>
public sealed class CatalogTables(CephServer s3) : IClassFixture<CephServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("icebird-spark-bunnies", "hyperparam-iceberg", "spark/bunnies")]
    [InlineData("pglake-spark_generated_iceberg_test", "testbucketcdw", "spark_test/public/spark_generated_iceberg_test")]
    public async Task Read_TableOfAnotherEngineFromACatalog_HoldsItsRows(string name, string bucket, string prefix)
    {
        CorpusEntry entry = CorpusIndex.Instance[name];
        string directory = Path.Combine(CorpusIndex.Instance.Directory, entry.Path);
        await s3.NewBucketAsync(bucket, Token);
        await s3.PutDirectoryAsync(bucket, prefix, directory, Token);
        using var catalog = new CatalogServer();
        catalog.Add(new ServedTable(["other", "engines"], name, await File.ReadAllTextAsync(Path.Combine(directory, entry.MetadataFile!), Token), $"s3://{bucket}/{prefix}/{entry.MetadataFile}")
        {
            Config =
            {
                ["s3.endpoint"] = s3.Endpoint.AbsoluteUri, ["client.region"] = "us-east-1",
                ["s3.access-key-id"] = CephServer.AccessKey, ["s3.secret-access-key"] = CephServer.SecretKey,
            },
        });

        Source source = await SourceOpener.OpenAsync(catalog.AddressOf($"other.engines.{name}"), Token);
        (CanonRows rows, string snapshotId) = await ForeignTable.ReadAsync(entry, source, Token);

        Assert.Equal(entry.SnapshotId ?? snapshotId, snapshotId);
        Assert.Null(rows.DifferenceFrom(entry.Expected!.ReadAnswer()!));
    }
}
