using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
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

    [Theory]
    [InlineData("String", false)]
    [InlineData("Nullable(String)", true)]
    [InlineData("LowCardinality(String)", false)]
    [InlineData("LowCardinality(Nullable(String))", true)]
    public async Task Insert_TextComesAsDictionaryInSomeBlocks_ArrivesAsTheSameText(string columnType, bool nullable)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var column = TargetColumn.For(new Field("v", StringType.Default, nullable), NativeTarget.Wide, columnType);
        var encoder = new NativeEncoder([column]);
        // Entries that are there twice, or as the default key is; a null slot holds any number.
        int[] indices = [1, 0, 3, 2, 4, 3, 1];
        object?[] entries = ["a", "", "a", "über", new string('x', 300)], rows = [.. indices.Select(index => entries[index])];
        if (nullable)
            (indices, rows) = ([.. indices, 77], [.. rows, null]);
        var target = new NativeTarget(server);
        string table = await target.CreateAsync($"v {columnType}", cancellationToken);

        NativeBlock text = encoder.Encode(new ModelArrays().Batch(new Schema([new Field("v", StringType.Default, nullable)], null), [.. rows.Select(row => new[] { row })]));
        NativeBlock dictionary = encoder.Encode(Batch(indices, entries, nullable ? rows.Length - 1 : null));
        Assert.Equal(text.Digest, dictionary.Digest);
        Digest sent = text.Digest + dictionary.Digest + text.Digest;
        await target.InsertAsync(table, [text, dictionary, text], cancellationToken);

        await target.AssertDigestAsync(table, [column], sent, cancellationToken);
        string expected = string.Concat(Enumerable.Repeat(rows, 3).SelectMany(all => all).Select(row => $"{row ?? "\\N"}\n"));
        Assert.Equal(expected, await server.QueryAsync($"SELECT v FROM {table} SETTINGS max_threads = 1 FORMAT TSV", cancellationToken));
        text.Dispose();
        dictionary.Dispose();
    }

    [Fact]
    public void Encode_NullInADictionaryOfAColumnWithoutNulls_IsRefused()
    {
        var encoder = new NativeEncoder([TargetColumn.For(new Field("v", StringType.Default, true), NativeTarget.Wide, "String")]);
        var error = Assert.Throws<ValueOutOfRangeException>(() => encoder.Encode(Batch([0, 0], ["a"], nullAt: 1)));
        Assert.Contains("row 1", error.Message, StringComparison.Ordinal);
    }

    /// <param name="indices">Of the rows.</param>
    /// <param name="dictionary">The entries.</param>
    /// <param name="nullAt">A row that is null; null for none.</param>
    private static RecordBatch Batch(int[] indices, object?[] dictionary, int? nullAt = null)
    {
        ArrayData values = new ModelArrays().Array(new Field("d", StringType.Default, true), dictionary).Data;
        ArrayData keys = new ModelArrays().Array(new Field("i", Int32Type.Default, false), [.. indices.Select(index => (object)(long)index)]).Data;
        if (nullAt is { } row)
            keys.Buffers[0] = new ArrowBuffer(Enumerable.Range(0, (indices.Length + 7) / 8).Select(i => (byte)(row / 8 == i ? 255 ^ (1 << (row % 8)) : 255)).ToArray());
        var data = new ArrayData(Type, indices.Length, nullAt is null ? 0 : 1, 0, keys.Buffers, System.Array.Empty<ArrayData>(), values);
        return new RecordBatch(Schema, [ArrowArrayFactory.BuildArray(data)], indices.Length);
    }

    private async Task<string> ReadAsync(RecordBatch batch, string select) => (await new NativeTarget(server).RoundTripAsync(
        batch, $"SELECT {select} FROM {{table}} SETTINGS max_threads = 1 FORMAT TSVRaw", TestContext.Current.CancellationToken)).TrimEnd('\n');
}
