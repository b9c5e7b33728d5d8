using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.Native;

/// <summary>Dictionaries of all sizes, larger than their column too, and nulls on both levels.</summary>
public sealed class LowCardinalityTests(ClickHouseServerFixture server)
{
    private static readonly DictionaryType Type = new(Int32Type.Default, StringType.Default, false);
    private static readonly Schema Schema = new([new Field("v", Type, true)], null);

    [Theory]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    public async Task RoundTrip_KeysAtTheWidthsOfIndices_ArriveAsTheyAre(int distinct)
    {
        int[] indices = [.. Enumerable.Range(0, distinct), 0, distinct - 1];
        string answer = await ReadAsync(Batch(indices, [.. Enumerable.Range(0, distinct).Select(i => (object?)$"k{i}")]),
            $"countIf(v = concat('k', toString(rowNumberInAllBlocks() % {distinct}))), uniqExact(v), any(toTypeName(v))");
        // The last of the rows holds the last key where its place would have the second.
        Assert.Equal($"{distinct + 1}\t{distinct}\tLowCardinality(Nullable(String))", answer);
    }

    [Fact]
    public async Task RoundTrip_NullInsideTheDictionary_ArrivesAsNull() =>
        Assert.Equal("['a',NULL,'c',NULL]", await ReadAsync(Batch([0, 1, 2, 1], ["a", null, "c"]), "arrayMap(x -> x.1, groupArray(tuple(v)))"));

    [Fact]
    public async Task RoundTrip_FewRowsOfLargeDictionary_SendOnlyTheirValues()
    {
        object?[] values = [.. Enumerable.Range(0, 10_000).Select(i => i == 7 ? null : (object?)$"value {i}")];
        using (NativeBlock block = NativeTarget.EncoderFor(Schema, default).Encode(Batch([9_999, 7, 3, 9_999], values)))
            Assert.InRange(block.Bytes, 1, 200);
        Assert.Equal("['value 9999',NULL,'value 3','value 9999']",
            await ReadAsync(Batch([9_999, 7, 3, 9_999], values), "arrayMap(x -> x.1, groupArray(tuple(v)))"));
    }

    private static RecordBatch Batch(int[] indices, object?[] dictionary)
    {
        ArrayData values = new ModelArrays().Array(new Field("d", StringType.Default, true), dictionary).Data;
        ArrayData keys = new ModelArrays().Array(new Field("i", Int32Type.Default, false), [.. indices.Select(index => (object)(long)index)]).Data;
        var data = new ArrayData(Type, indices.Length, 0, 0, keys.Buffers, System.Array.Empty<ArrayData>(), values);
        return new RecordBatch(Schema, [ArrowArrayFactory.BuildArray(data)], indices.Length);
    }

    private async Task<string> ReadAsync(RecordBatch batch, string select) => (await new NativeTarget(server).RoundTripAsync(
        batch, $"SELECT {select} FROM {{table}} SETTINGS max_threads = 1 FORMAT TSVRaw", TestContext.Current.CancellationToken)).TrimEnd('\n');
}
