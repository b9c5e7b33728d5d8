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
    public async Task Open_ProtocolIsIncomplete_ThrowsCorruptTable(string protocol)
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
