using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;
using static BulkMover.TableFormats.Tests.Delta.Writing.WrittenTable;

namespace BulkMover.TableFormats.Tests.Delta.Writing;

/// <summary>PROTOCOL.md, "Requirements for Writers", "Valid Feature Names in Table Features".</summary>
public sealed class WriterRequirementsTests : IDisposable
{
    private readonly WrittenTable table = new();

    [Theory]
    [InlineData("appendOnly")]
    [InlineData("invariants")]
    [InlineData("checkConstraints")]
    [InlineData("generatedColumns")]
    [InlineData("identityColumns")]
    [InlineData("allowColumnDefaults")]
    [InlineData("changeDataFeed")]
    [InlineData("columnMapping")]
    [InlineData("deletionVectors")]
    [InlineData("timestampNtz")]
    [InlineData("v2Checkpoint")]
    [InlineData("vacuumProtocolCheck")]
    [InlineData("domainMetadata")]
    [InlineData("typeWidening")]
    [InlineData("typeWidening-preview")]
    [InlineData("inCommitTimestamp")]
    public async Task Append_FeatureThatIsNotUsedOrAsksNothing_IsWritten(string feature)
    {
        table.Commit(0, ProtocolOf(feature), Metadata());

        Assert.Equal(1, await table.CopyAsync(CopyMode.Append, "t1", Ids(1)));
        Assert.Equal("""{"id":1}""", await table.RowsAsync());
    }

    [Theory]
    [InlineData("rowTracking")]
    [InlineData("icebergCompatV1")]
    [InlineData("icebergCompatV2")]
    [InlineData("catalogManaged")]
    [InlineData("variantType")]
    [InlineData("materializePartitionColumns")]
    [InlineData("of tomorrow")]
    public Task Append_FeatureThatIsNotWritten_IsRefused(string feature) => AssertRefusedAsync(feature, ProtocolOf(feature), Metadata());

    [Theory]
    [InlineData("invariants", "delta.invariants")]
    [InlineData("generatedColumns", "delta.generationExpression")]
    [InlineData("identityColumns", "delta.identity.start")]
    public Task Append_ColumnUsesTheFeature_IsRefused(string feature, string key) => AssertRefusedAsync(feature, ProtocolOf(feature), Metadata(FieldWith(key)));

    [Theory]
    [InlineData("checkConstraints", "delta.constraints.c", "id > 0")]
    [InlineData("columnMapping", "delta.columnMapping.mode", "tomorrow")]
    public Task Append_PropertyUsesTheFeature_IsRefused(string feature, string key, string value) =>
        AssertRefusedAsync(feature, ProtocolOf(feature), Metadata(FieldWith("delta.columnMapping.id\":1,\"delta.columnMapping.physicalName"), configuration: new Dictionary<string, string> { [key] = value }));

    [Theory]
    [InlineData(2, "delta.invariants", "invariants")]
    [InlineData(4, "delta.generationExpression", "generatedColumns")]
    [InlineData(6, "delta.identity.start", "identityColumns")]
    [InlineData(8, "own", "minWriterVersion")]
    public Task Append_VersionThatImpliesTheFeature_IsRefused(int version, string key, string feature) =>
        AssertRefusedAsync(feature, $$$"""{"protocol":{"minReaderVersion":1,"minWriterVersion":{{{version}}}}}""", Metadata(FieldWith(key)));

    [Fact]
    public async Task Append_DefaultOfAColumnThatTheCopyLacks_IsRefused()
    {
        string[] actions = [ProtocolOf("allowColumnDefaults"), Metadata(FieldWith("CURRENT_DEFAULT"))];
        table.Commit(0, actions);

        UnsupportedFeatureException error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => table.CopyAsync(CopyMode.Append, "t1", Texts("other", "x")));
        Assert.Contains("allowColumnDefaults", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, await table.CopyAsync(CopyMode.Append, "t2", Ids(1)));
    }

    [Fact]
    public async Task Replace_TableIsAppendOnly_IsRefused()
    {
        table.Commit(0, Protocol, Metadata(Schema(("id", "long")), configuration: new Dictionary<string, string> { ["delta.appendOnly"] = "true" }));

        await Assert.ThrowsAsync<UnsupportedFeatureException>(() => table.CopyAsync(CopyMode.Replace, "t1", Ids(1)));
        Assert.Equal(1, await table.CopyAsync(CopyMode.Append, "t2", Ids(1)));
    }

    public void Dispose() => table.Dispose();

    private static string ProtocolOf(string feature) =>
        $$$"""{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":[{{{(IsOfReaders(feature) ? $"\"{feature}\"" : "")}}}],"writerFeatures":["{{{feature}}}"]}}""";

    private static bool IsOfReaders(string feature) =>
        feature is "columnMapping" or "deletionVectors" or "timestampNtz" or "v2Checkpoint" or "vacuumProtocolCheck" or "typeWidening" or "typeWidening-preview" or "catalogManaged" or "variantType";

    private static string FieldWith(string key) => $$$"""{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{"{{{key}}}":"1"}}]}""";

    private async Task AssertRefusedAsync(string feature, params string[] actions)
    {
        table.Commit(0, actions);

        UnsupportedFeatureException error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => table.CopyAsync(CopyMode.Append, "t1", Ids(1)));

        Assert.Equal("delta.feature_not_written", error.Code);
        Assert.Contains(feature, error.Message, StringComparison.Ordinal);
    }
}
