using System.Text.Json.Nodes;
using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg;

public sealed class FeatureTests
{
    private const string Data = "s3://lake/db/t/data";

    [Theory]
    [InlineData(1, "PARQUET", "position deletes")]
    [InlineData(2, "PARQUET", "equality deletes")]
    [InlineData(1, "puffin", "deletion vectors")]
    public async Task Open_LiveDeleteFile_IsAFeatureThatIsRead(int content, string format, string feature)
    {
        TestTable table = new TestTable().WithSnapshot(
            new TestManifest(new TestFile($"{Data}/a")),
            new TestManifest(new TestFile($"{Data}/d")
            {
                Content = content, Format = format, EqualityIds = [1], ReferencedDataFile = $"{Data}/a", ContentOffset = 4, ContentBytes = 40,
            })
            { Content = 1 });

        Assert.Contains((await table.OpenSnapshotAsync()).Features, found => found.Name == feature && found.State == FeatureState.Read);
    }

    [Theory]
    [InlineData(1, "ORC", 1, "orc position deletes")]
    [InlineData(1, "avro", 1, "avro position deletes")]
    [InlineData(2, "ORC", 1, "orc equality deletes")]
    [InlineData(2, "PARQUET", 9, "equality deletes where column 'nothing' has a type that cannot be compared")]
    [InlineData(2, "PARQUET", 10, "equality deletes where column 's' has a type that cannot be compared")]
    [InlineData(2, "PARQUET", 12, "equality deletes where the column with the id 12 is in a list or map, or in no schema that is read")]
    [InlineData(2, "PARQUET", 13, "equality deletes where the column with the id 13 is in a list or map, or in no schema that is read")]
    public async Task Open_DeletesThatAreNotRead_AreRefusedByName(int content, string format, int id, string feature)
    {
        TestTable table = new TestTable().WithSnapshot(
            new TestManifest(new TestFile($"{Data}/a")),
            new TestManifest(new TestFile($"{Data}/d") { Content = content, Format = format, EqualityIds = [id] }) { Content = 1 });
        table.Columns.Add(JsonNode.Parse("""{"id":9,"name":"nothing","required":false,"type":"unknown"}"""));
        table.Columns.Add(JsonNode.Parse("""
            {"id":10,"name":"s","required":false,"type":{"type":"struct","fields":[
              {"id":11,"name":"l","required":false,"type":{"type":"list","element-id":12,"element-required":false,"element":"int"}}]}}
            """));

        IcebergSnapshot snapshot = await table.OpenSnapshotAsync();

        Assert.Equal(feature, Assert.Single(snapshot.Features, found => found.State == FeatureState.Refused).Name);
        Assert.Contains(feature, (await Assert.ThrowsAsync<UnsupportedFeatureException>(() => table.PlanAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_AllDeleteFilesAreDeletedThemselves_IsRead()
    {
        TestTable table = new TestTable().WithSnapshot(
            new TestManifest(new TestFile($"{Data}/d") { Content = 1, Status = 2 }) { Content = 1 },
            new TestManifest(new TestFile($"{Data}/a")));

        Assert.Equal(["a"], await table.PlanNamesAsync());
    }

    [Fact]
    public async Task Open_Version3_IsRefusedForWhatIsNotReadAlone()
    {
        TestTable table = new TestTable().WithSnapshot();
        table.Metadata["format-version"] = 3;
        table.Columns.Add(JsonNode.Parse("""{"id":8,"name":"v","required":false,"type":"of-tomorrow"}"""));
        table.Columns.Add(JsonNode.Parse("""{"id":9,"name":"w","required":true,"type":"int","initial-default":3}"""));

        IcebergSnapshot snapshot = await table.OpenSnapshotAsync();

        Assert.Equal(["type of-tomorrow"], snapshot.Features.Where(feature => feature.State == FeatureState.Refused).Select(feature => feature.Name));
        Assert.Contains(snapshot.Features, feature => feature is { Name: "row lineage", State: FeatureState.Read });
        Assert.Contains(snapshot.Features, feature => feature is { Name: "initial-default", State: FeatureState.Read });
        Assert.Contains(snapshot.Features, feature => feature is { Name: "format version 3", State: FeatureState.Read });
    }

    [Fact]
    public async Task Open_EncryptedManifestList_IsRefusedWithoutReadingIt()
    {
        TestTable table = new TestTable().WithSnapshot();
        table.Metadata["snapshots"]![0]!["key-id"] = "k1";
        table.Store[table.Root.Combine("metadata/snap-7.avro")] = "AGS1"u8.ToArray();

        Assert.Contains((await table.OpenSnapshotAsync()).Features, feature => feature is { Name: "encryption", State: FeatureState.Refused });
    }

    [Fact]
    public async Task Open_UnknownTransform_IsHarmless()
    {
        TestTable table = new TestTable()
            .WithSpec(0, """{"source-id":1,"field-id":1000,"name":"z","transform":"zorder"}""")
            .WithSnapshot(new TestManifest(new TestFile($"{Data}/a") { Partition = AvroBytes.Some(AvroBytes.Long(4)) })
            {
                PartitionFields = ["""{"name":"z","type":["null","int"],"field-id":1000}"""],
            });

        Assert.Contains((await table.OpenSnapshotAsync()).Features, feature => feature is { Name: "unknown partition transform zorder", State: FeatureState.Harmless });
        Assert.Equal(["a"], await table.PlanNamesAsync("id = 5"));
    }

    [Fact]
    public async Task Open_NameMapping_PutsTheNamesAtTheFields()
    {
        TestTable table = new TestTable();
        table.Metadata["properties"]!["schema.name-mapping.default"] =
            """[{"field-id":1,"names":["id","ID"]},{"names":["gone"]},{"field-id":2,"names":[]}]""";

        IcebergSnapshot snapshot = await table.OpenSnapshotAsync();

        Assert.Equal(["id", "ID"], snapshot.Schema.FieldsList[0].GetMappedNames());
        Assert.Equal([], snapshot.Schema.FieldsList[1].GetMappedNames());
        Assert.Null(snapshot.Schema.FieldsList[2].GetMappedNames());
        Assert.Equal(1, snapshot.Schema.FieldsList[0].FieldId());
    }

    [Fact]
    public async Task Open_NameMappingIsNoJson_ThrowsCorruptTable()
    {
        TestTable table = new TestTable();
        table.Metadata["properties"]!["schema.name-mapping.default"] = "nonsense";

        await Assert.ThrowsAsync<CorruptTableException>(() => table.OpenSnapshotAsync());
    }

    [Fact]
    public async Task SortOrder_IdentityThenTransform_EndsBeforeTheTransform()
    {
        TestTable table = new TestTable();
        table.Metadata["default-sort-order-id"] = 1;
        table.Metadata["sort-orders"]!.AsArray().Add(JsonNode.Parse("""
            {"order-id":1,"fields":[{"transform":"identity","source-id":2,"direction":"desc","null-order":"nulls-last"},
              {"transform":"bucket[4]","source-id":1,"direction":"asc","null-order":"nulls-first"},
              {"transform":"identity","source-id":3,"direction":"asc","null-order":"nulls-first"}]}
            """));

        Assert.Equal([new SortField("name", Descending: true)], (await table.OpenSnapshotAsync()).SortOrder);
    }
}
