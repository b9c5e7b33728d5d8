using System.IO.Compression;
using System.Text;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Iceberg;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg;

public sealed class MetadataLocatorTests
{
    private static readonly Location Table = new("s3", "lake/db/t");

    private readonly MemoryObjectStore store = new();

    [Fact]
    public async Task Find_NumberInHint_TakesThatVersion()
    {
        Put("v1.metadata.json", "v2.metadata.json");
        Hint("2\n");

        Assert.Equal("v2.metadata.json", await FindNameAsync());
    }

    [Fact]
    public async Task Find_VersionsFollowTheHint_TakesTheLastWithoutGapAndSaysSo()
    {
        // HadoopTableOperations of the reference implementation goes on from the hint: it is written after the commit.
        Put("v1.metadata.json", "v2.metadata.json", "v3.gz.metadata.json", "v5.metadata.json");
        Hint("1");

        MetadataFile file = await FindAsync();

        Assert.Equal("v3.gz.metadata.json", file.Location.Name);
        Assert.Contains("version 3", Assert.Single(file.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_MayNotList_VersionsAfterTheHintAreFoundByName()
    {
        Put("v1.metadata.json", "v2.metadata.json");
        Hint("1");

        MetadataFile file = await MetadataLocator.FindAsync(new Unlisted(store), Table, TestContext.Current.CancellationToken);

        Assert.Equal("v2.metadata.json", file.Location.Name);
    }

    [Fact]
    public async Task Find_HintNamesVersionThatIsGone_ThrowsInsteadOfAnOlderState()
    {
        Put("v1.metadata.json");
        Hint("2");

        Assert.Equal("iceberg.metadata_missing", (await Assert.ThrowsAsync<CorruptTableException>(FindAsync)).Code);
    }

    [Fact]
    public async Task Find_HintNamesDocument_TakesItAndNotesHigherVersion()
    {
        Put("00001-aa.metadata.json", "00002-bb.metadata.json");
        Hint("00001-aa");

        MetadataFile file = await FindAsync();

        Assert.Equal("00001-aa.metadata.json", file.Location.Name);
        Assert.Contains("version 2", Assert.Single(file.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n")]
    public async Task Find_EmptyHint_TakesHighestVersion(string hint)
    {
        Put("v9.metadata.json", "v10.metadata.json");
        Hint(hint);

        Assert.Equal("v10.metadata.json", await FindNameAsync());
    }

    [Theory]
    [InlineData("v2.metadata.json", "v1.metadata.json", "v2.metadata.json", "v2.gz.metadata.json")]
    [InlineData("v2.metadata.json.gz", "v1.metadata.json", "v2.metadata.json.gz")]
    [InlineData("00010-x-y.metadata.json", "00009-z.metadata.json", "00010-x-y.metadata.json", "v1.gz_off.metadata.json")]
    [InlineData("vfinal.metadata.json", "vfinal.metadata.json", "snap-1.avro", ".v3.metadata.json.crc")]
    public async Task Find_NoHint_TakesHighestVersion(string expected, params string[] names)
    {
        Put(names);

        Assert.Equal(expected, await FindNameAsync());
    }

    [Fact]
    public async Task Find_TwoDocumentsOfHighestVersion_ThrowsAndNamesBoth()
    {
        Put("00002-aa.metadata.json", "00002-bb.metadata.json");

        InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(FindAsync);

        Assert.Equal("iceberg.metadata_ambiguous", error.Code);
        Assert.Contains("00002-aa.metadata.json, 00002-bb.metadata.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_NothingThere_ThrowsInvalidInput() =>
        Assert.Equal("iceberg.table_missing", (await Assert.ThrowsAsync<InvalidInputException>(FindAsync)).Code);

    [Fact]
    public async Task Find_DocumentNamed_TakesItWithItsTable()
    {
        Put("v1.metadata.json", "v2.metadata.json");

        MetadataFile file = await MetadataLocator.FindAsync(store, Table.Combine("metadata/v1.metadata.json"), TestContext.Current.CancellationToken);

        Assert.Equal((Table.Combine("metadata/v1.metadata.json"), Table), (file.Location, file.TableRoot));
    }

    [Fact]
    public async Task Open_GzippedUnderPlainName_IsRead()
    {
        var table = new TestTable();
        Location file = table.WriteMetadata();
        using var gzipped = new MemoryStream();
        using (var gzip = new GZipStream(gzipped, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write([0xEF, 0xBB, 0xBF, .. table.Store[file]]);
        table.Store[file] = gzipped.ToArray();

        IcebergTable opened = await IcebergTable.OpenAsync(table.Store, table.Root, TestContext.Current.CancellationToken);

        Assert.Equal("none", (await opened.OpenSnapshotAsync(null, TestContext.Current.CancellationToken)).Id);
    }

    [Fact]
    public async Task Open_GzippedBomb_ThrowsCorruptTable()
    {
        var table = new TestTable();
        Location file = table.WriteMetadata();
        using var gzipped = new MemoryStream();
        using (var gzip = new GZipStream(gzipped, CompressionLevel.Fastest, leaveOpen: true))
        {
            byte[] blanks = new byte[1024 * 1024];
            for (int megabyte = 0; megabyte < 257; megabyte++)
                gzip.Write(blanks);
        }

        table.Store[file] = gzipped.ToArray();

        CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(
            () => IcebergTable.OpenAsync(table.Store, table.Root, TestContext.Current.CancellationToken));
        Assert.Equal("iceberg.metadata_too_large", error.Code);
    }

    private void Put(params string[] names)
    {
        foreach (string name in names)
            store[Table.Combine($"metadata/{name}")] = "{}"u8.ToArray();
    }

    private void Hint(string text) => store[Table.Combine("metadata/version-hint.text")] = Encoding.UTF8.GetBytes(text);

    private Task<MetadataFile> FindAsync() => MetadataLocator.FindAsync(store, Table, TestContext.Current.CancellationToken);

    private async Task<string> FindNameAsync() => (await FindAsync()).Location.Name;

    /// <summary>Objects of one who has the right to read them and not to list them.</summary>
    private sealed class Unlisted(IObjectStore objects) : IObjectStore
    {
        public ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken) => objects.OpenAsync(location, knownBytes, cancellationToken);

        public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken) => objects.ExistsAsync(location, cancellationToken);

        public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken) =>
            throw new EnvironmentException("store.access_denied", "The store does not let this user list.");
    }
}
