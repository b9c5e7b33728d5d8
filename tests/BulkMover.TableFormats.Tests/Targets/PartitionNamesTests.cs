using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.TableFormats.Delta;
using BulkMover.TableFormats.Iceberg;
using BulkMover.TableFormats.ParquetDirectories;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Canon;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Targets;

/// <summary>Columns of whatever name are partitions, and come back as what they are.</summary>
public sealed class PartitionNamesTests
{
    private readonly MemoryObjectStore objects = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Cases => new(
        from format in new[] { "delta", "iceberg", "parquet" }
        from name in new[] { "a,b", "p/x =%", " a", "day(a)" }
        select (format, name));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Copy_PartitionedByAColumnOfAnyName_IsReadAsItWas(string format, string name)
    {
        ITableSnapshot snapshot = await CopyAsync(format, name, Int64Type.Default, new Int64Array.Builder().Append(10).Append(20).Build());

        Assert.Equal([name], snapshot.PartitionColumns);
        CanonRows rows = await PlannedRows.ReadAsync(objects, snapshot, where: null);
        Assert.Equal([$$"""{"id":1,"{{name}}":10}""", $$"""{"id":2,"{{name}}":20}"""], rows.Lines().Order(StringComparer.Ordinal));
    }

    /// <summary>DuckDB and ClickHouse take the bare word in a directory's name for null, in capitals or not.</summary>
    [Theory]
    [InlineData("null", "p=%6Eull")]
    [InlineData("NULL", "p=%4EULL")]
    [InlineData("nullable", "p=nullable")]
    [InlineData("__HIVE_DEFAULT_PARTITION__", "p=%5F_HIVE_DEFAULT_PARTITION__")]
    public async Task Copy_TextReadsLikeNull_ItsDirectoryDoesNot(string text, string directory)
    {
        ITableSnapshot snapshot = await CopyAsync("parquet", "p", StringType.Default, Texts(text, "x"));

        Assert.Contains(objects.Locations, location => location.Parent.Name == directory);
        CanonRows rows = await PlannedRows.ReadAsync(objects, snapshot, where: null);
        Assert.Equal([$$"""{"id":1,"p":"{{text}}"}""", """{"id":2,"p":"x"}"""], rows.Lines().Order(StringComparer.Ordinal));
    }

    public static TheoryData<string, string> LongTexts => new(
        from format in new[] { "delta", "iceberg" }
        from text in new[] { new string('a', 300), new string('b', 95) + string.Concat(Enumerable.Repeat("é", 100)), string.Concat(Enumerable.Repeat("𠮷", 30)) }
        select (format, text));

    /// <summary>File systems hold 255 bytes of a name, and the metadata of these tables tell the value.</summary>
    [Theory]
    [MemberData(nameof(LongTexts))]
    public async Task Copy_TextIsTooLongForAName_DirectoriesAreCutAndTheValueIsNot(string format, string text)
    {
        ITableSnapshot snapshot = await CopyAsync(format, "p", StringType.Default, Texts(text + "1", text + "2"));

        string[] directories = [.. objects.Locations.Select(location => location.Parent.Name).Where(name => name.StartsWith("p=", StringComparison.Ordinal)).Distinct()];
        Assert.Equal(2, directories.Length);
        Assert.All(directories, name => Assert.Matches("^p=([a-z]|%[0-9A-F]{2}){30,}-[0-9a-f]{16}$", name));
        Assert.All(directories, name => Assert.InRange(name.Length, 0, 255));
        CanonRows rows = await PlannedRows.ReadAsync(objects, snapshot, where: null);
        Assert.Equal([$$"""{"id":1,"p":"{{text}}1"}""", $$"""{"id":2,"p":"{{text}}2"}"""], rows.Lines().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Copy_TextIsTooLongForANameThatTellsIt_IsRefused()
    {
        await CopyAsync("parquet", "p", StringType.Default, Texts(new string('a', 253), "x"));
        var error = await Assert.ThrowsAsync<TargetException>(() => CopyAsync("parquet", "p", StringType.Default, Texts(new string('a', 254), "x"), CopyMode.Replace));

        Assert.Equal("parquet.partition_value_long", error.Code);
        Assert.Contains("'p'", error.Message, StringComparison.Ordinal);
        Assert.Contains("256 bytes", error.Message, StringComparison.Ordinal);
    }

    private static StringArray Texts(params string[] texts) => new StringArray.Builder().AppendRange(texts).Build();

    /// <summary>Copies two rows.</summary>
    /// <param name="format">Of the table.</param>
    /// <param name="name">Of the column that it is partitioned by.</param>
    /// <param name="type">Of that.</param>
    /// <param name="values">Its values.</param>
    /// <param name="mode">What happens with rows that are there.</param>
    private async Task<ITableSnapshot> CopyAsync(string format, string name, IArrowType type, IArrowArray values, CopyMode mode = CopyMode.Create)
    {
        var schema = new Schema([new Field("id", Int64Type.Default, nullable: true), new Field(name, type, nullable: true)], null);
        var batch = new RecordBatch(schema, [new Int64Array.Builder().Append(1).Append(2).Build(), values], 2);
        var options = new LakeOptions { PartitionBy = [name] };
        await using LakeTarget target = format switch
        {
            "delta" => LakeTarget.OfDelta(format, objects, LakeCopy.Root, options),
            "iceberg" => LakeTarget.OfIceberg(format, objects, LakeCopy.Root, options),
            _ => LakeTarget.OfParquet(format, objects, LakeCopy.Root, options),
        };
        var request = new TargetRequest(TransferId.Of($"{mode}"), new TransferOrigin("command", "selection", "source", "1"), schema, mode, []);
        await using ITargetLoad load = await target.BeginAsync(await target.PlanAsync(request, Token), new LoadLimits(1, 1 << 20), Token);
        await using (IChunkLoad chunk = await load.BeginChunkAsync(0, Token))
        {
            foreach (IEncodedBlock block in load.Encode(batch))
                await chunk.SendAsync(block, 0, Token);
            await chunk.CommitAsync(2, ReadOnlyMemory<byte>.Empty, Token);
        }

        await load.CommitAsync(2, Token);

        ITable table = format switch
        {
            "delta" => await DeltaTable.OpenAsync(objects, LakeCopy.Root, Token),
            "iceberg" => await IcebergTable.OpenAsync(objects, LakeCopy.Root, Token),
            _ => await ParquetTable.OpenAsync(objects, LakeCopy.Root, Token),
        };
        return await table.OpenSnapshotAsync(null, Token);
    }
}
