using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>Invariant 8: what is not read is refused by name before a byte moves.</summary>
public sealed class DeltaFeatureTests : IDisposable
{
    private readonly DeltaFolder table = new();

    [Theory]
    [InlineData("catalogManaged")]
    [InlineData("catalogOwned")]
    [InlineData("catalogOwned-preview")]
    [InlineData("geospatial")]
    [InlineData("appendOnly")]
    [InlineData("sidecar files")]
    [InlineData("columnMappingOfTomorrow")]
    public async Task Plan_ReaderFeatureIsNotRead_IsRefusedByName(string feature)
    {
        table.Commit(0, ProtocolWith("timestampNtz", feature), Metadata());

        UnsupportedFeatureException error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => table.PlanAsync());
        Assert.Equal("delta.feature_unsupported", error.Code);
        Assert.Contains(feature, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("timestampNtz", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_ReaderVersionOfTomorrow_IsRefused()
    {
        table.Commit(0, """{"protocol":{"minReaderVersion":99,"minWriterVersion":7}}""", Metadata());

        UnsupportedFeatureException error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => table.PlanAsync());
        Assert.Contains("minReaderVersion 99", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"protocol":{"minWriterVersion":7}}""")]
    [InlineData("""{"protocol":{"minReaderVersion":3,"minWriterVersion":7}}""")]
    [InlineData("""{"protocol":{"minReaderVersion":-1,"minWriterVersion":7}}""")]
    [InlineData("""{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":[null],"writerFeatures":[]}}""")]
    [InlineData("""{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["appendOnly",null]}}""")]
    [InlineData("""{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"readerFeatures":["deletionVectors"]}}""")]
    [InlineData("""{"protocol":{"minReaderVersion":2,"minWriterVersion":7,"readerFeatures":["ofTomorrow"]}}""")]
    public async Task Open_ProtocolIsIncompleteOrContradictsItself_ThrowsCorruptTable(string protocol)
    {
        table.Commit(0, protocol, Metadata());

        Assert.Equal("delta.protocol_broken", (await Assert.ThrowsAsync<CorruptTableException>(() => table.SnapshotAsync())).Code);
    }

    [Theory]
    [InlineData("timestampNtz", FeatureState.Read)]
    [InlineData("v2Checkpoint", FeatureState.Read)]
    [InlineData("vacuumProtocolCheck", FeatureState.Harmless)]
    [InlineData("deletionVectors", FeatureState.Read)]
    [InlineData("typeWidening", FeatureState.Read)]
    [InlineData("typeWidening-preview", FeatureState.Read)]
    [InlineData("columnMapping", FeatureState.Harmless)]
    [InlineData("variantType", FeatureState.Read)]
    [InlineData("variantType-preview", FeatureState.Read)]
    [InlineData("variantShredding", FeatureState.Read)]
    [InlineData("variantShredding-preview", FeatureState.Read)]
    public async Task Open_ReaderFeatureIsUnusedOrRead_IsListedSo(string feature, FeatureState state)
    {
        table.Commit(0, ProtocolWith(feature), Metadata(), Add("a"));

        Assert.Equal(state, Assert.Single((await table.SnapshotAsync()).Features).State);
        Assert.Equal("a", await table.FilesAsync());
    }

    /// <summary>The names of "Valid Feature Names in Table Features" that are for writers only; "Reader Version" 1 and 3 alike.</summary>
    [Theory]
    [InlineData("appendOnly")]
    [InlineData("invariants")]
    [InlineData("checkConstraints")]
    [InlineData("generatedColumns")]
    [InlineData("allowColumnDefaults")]
    [InlineData("changeDataFeed")]
    [InlineData("identityColumns")]
    [InlineData("rowTracking")]
    [InlineData("domainMetadata")]
    [InlineData("icebergCompatV1")]
    [InlineData("icebergCompatV2")]
    [InlineData("clustering")]
    [InlineData("inCommitTimestamp")]
    [InlineData("ofTomorrow")]
    public async Task Plan_WriterFeature_DoesNotStopARead(string feature)
    {
        table.Commit(0, $$$"""{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["{{{feature}}}"]}}""", Metadata(), Add("a"));
        table.Commit(1, $$$"""{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":[],"writerFeatures":["{{{feature}}}"]}}""");

        Assert.Equal("a", await table.FilesAsync("0"));
        Assert.Equal("a", await table.FilesAsync());
        Assert.NotEqual(FeatureState.Refused, Assert.Single((await table.SnapshotAsync()).Features).State);
    }

    /// <summary>"To read a table, readers must implement and respect all features listed in readerFeatures", and no others.</summary>
    [Fact]
    public async Task Plan_ReaderFeatureIsListedForWritersOnly_DoesNotStopARead()
    {
        table.Commit(0, """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["timestampNtz"],"writerFeatures":["ofTomorrow","deletionVectors"]}}""",
            Metadata(), Add("a"));
        table.Commit(1, Add("b", vector: "v1"));

        Assert.Equal("a", await table.FilesAsync("0"));
        // But what only the feature allows is not allowed.
        Assert.Equal("delta.action_broken", (await Assert.ThrowsAsync<CorruptTableException>(() => table.FilesAsync())).Code);
    }

    [Theory]
    [InlineData("""{"protocol":{"minReaderVersion":0,"minWriterVersion":0}}""")]
    [InlineData("""{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}""")]
    [InlineData("""{"protocol":{"minReaderVersion":2,"minWriterVersion":6,"readerFeatures":[]}}""")]
    [InlineData("""{"protocol":{"minReaderVersion":2,"minWriterVersion":7,"writerFeatures":["columnMapping","identityColumns"]}}""")]
    [InlineData("""{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":[],"writerFeatures":[]}}""")]
    public async Task Plan_ReaderVersionIsKnown_IsRead(string protocol)
    {
        table.Commit(0, protocol, Metadata(), Add("a"));

        Assert.Equal("a", await table.FilesAsync());
    }

    /// <summary>
    /// "Readers must contact the catalog for information about unpublished ratified commits" ("Reader Requirements for Catalog-managed tables"),
    /// so published ones alone are not the table.
    /// </summary>
    [Fact]
    public async Task Plan_TableIsCatalogManaged_IsRefusedThoughItsPublishedCommitsAreThere()
    {
        table.Commit(0, ProtocolWith("catalogManaged", "vacuumProtocolCheck"), Metadata(), Add("a"));
        table.WriteLog("_staged_commits/00000000000000000001.3a0d65cd-4056-49b8-937b-95f9e3ee90e5.json", Add("b"));

        UnsupportedFeatureException error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => table.PlanAsync());
        Assert.Contains("catalogManaged", error.Message, StringComparison.Ordinal);
        Assert.Contains("its catalog alone knows", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WriterFeatures_AreHarmless()
    {
        table.Commit(0, """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["appendOnly","ofTomorrow"]}}""", Metadata());

        Assert.Equal([("appendOnly", FeatureState.Harmless), ("ofTomorrow", FeatureState.Harmless)],
            (await table.SnapshotAsync()).Features.Select(feature => (feature.Name, feature.State)));
    }

    [Fact]
    public async Task Plan_VectorWithoutTheFeature_ThrowsCorruptTable()
    {
        table.Commit(0, Protocol, Metadata(), Add("a", vector: "v1"));

        Assert.Equal("delta.action_broken", (await Assert.ThrowsAsync<CorruptTableException>(() => table.PlanAsync())).Code);
    }

    [Theory]
    [InlineData("geometry(OGC:CRS84)")]
    [InlineData("interval day to second")]
    [InlineData("decimal(39,0)")]
    [InlineData("""{"type":"udt","class":"x","sqlType":"long"}""")]
    public async Task Plan_TypeHasNoEqual_IsRefusedByColumn(string type)
    {
        table.Commit(0, Protocol, Metadata(Schema(("id", "long"), ("strange", type))));

        Assert.Contains("'strange'", (await Assert.ThrowsAsync<UnsupportedFeatureException>(() => table.PlanAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_DataFilesAreNotParquet_IsRefused()
    {
        table.Commit(0, Protocol, Metadata().Replace("\"parquet\"", "\"orc\"", StringComparison.Ordinal));

        Assert.Contains("format orc", (await Assert.ThrowsAsync<UnsupportedFeatureException>(() => table.PlanAsync())).Message, StringComparison.Ordinal);
    }

    public void Dispose() => table.Dispose();
}
