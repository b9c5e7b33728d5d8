using BulkMover.Core.Errors;
using BulkMover.Datasets.Lineitem;
using BulkMover.Testing.ClickHouse;
using ParquetSharp;
using Xunit;

namespace BulkMover.Datasets.Tests.Lineitem;

public sealed class LineitemWriterTests(ClickHouseServerFixture clickHouse) : IDisposable
{
    private const int Rows = 50_000;
    private readonly DirectoryInfo directory = Directory.CreateDirectory(Path.Combine(clickHouse.FilesDirectory, Path.GetRandomFileName()));

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    private LineitemOptions Options => new(Rows, Seed: 7, Compression.Snappy, RowGroupRows: Rows, Files: 1, PageRows: 0, Path.Combine(directory.FullName, "a.parquet"));

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public void Write_SameOptions_GivesTheSameBytes()
    {
        LineitemOptions again = Options with { Out = Path.Combine(directory.FullName, "b.parquet") };
        LineitemWriter.Write(Options, Stopping);
        LineitemWriter.Write(again, Stopping);
        Assert.Equal(File.ReadAllBytes(Options.Out), File.ReadAllBytes(again.Out));
    }

    [Theory]
    [InlineData(Compression.Snappy, 1, 10_000, 0)]
    [InlineData(Compression.Zstd, 3, 7_777, 500)]
    [InlineData(Compression.Gzip, 1, Rows, 0)]
    [InlineData(Compression.Lz4, 7, 20_000, 0)]
    [InlineData(Compression.Uncompressed, 2, 1_000, 0)]
    public async Task Write_OtherLayout_HoldsTheSameRowsToAnotherEngine(Compression codec, int files, int rowGroupRows, int pageRows)
    {
        LineitemOptions other = Options with { Codec = codec, Files = files, RowGroupRows = rowGroupRows, PageRows = pageRows, Out = Path.Combine(directory.FullName, "other") };
        LineitemWriter.Write(Options, Stopping);
        LineitemWriter.Write(other, Stopping);
        Assert.Equal(await ContentAsync(Options.Out), await ContentAsync(files == 1 ? other.Out : $"{other.Out}/*.parquet"));
    }

    [Fact]
    public async Task Write_OtherSeed_GivesOtherRows()
    {
        LineitemOptions other = Options with { Seed = 8, Out = Path.Combine(directory.FullName, "b.parquet") };
        LineitemWriter.Write(Options, Stopping);
        LineitemWriter.Write(other, Stopping);
        Assert.NotEqual(await ContentAsync(Options.Out), await ContentAsync(other.Out));
    }

    [Fact]
    public async Task Write_ReadByAnotherEngine_HasSixteenTypedColumnsAndCoherentRows()
    {
        LineitemWriter.Write(Options, Stopping);
        Assert.Equal(
            "Int64 Int64 Int64 Int32 Decimal(15, 2) Decimal(15, 2) Decimal(15, 2) Decimal(15, 2) String String Date32 Date32 Date32 String String String",
            string.Join(' ', (await QueryAsync($"DESCRIBE {Of(Options.Out)}")).Split('\n').Select(line => line.Split('\t')[1])));
        Assert.Equal(
            $"{Rows}\t0\t0\t0",
            await QueryAsync(
                $"SELECT count(), countIf(l_receiptdate <= l_shipdate), countIf(l_linenumber NOT BETWEEN 1 AND 7), " +
                $"countIf(l_extendedprice NOT BETWEEN 900 * l_quantity AND 2100 * l_quantity) FROM {Of(Options.Out)}"));
    }

    [Fact]
    public void Write_SomethingElseIsThere_LeavesIt()
    {
        File.WriteAllText(Options.Out, "mine");
        Assert.False(LineitemWriter.IsWritten(Options));
        var error = Assert.Throws<InvalidInputException>(() => LineitemWriter.Write(Options, Stopping));
        Assert.Equal("datasets.out_exists", error.Code);
        Assert.Equal("mine", File.ReadAllText(Options.Out));
    }

    [Fact]
    public void Write_IsStopped_LeavesNothing()
    {
        Assert.Throws<OperationCanceledException>(() => LineitemWriter.Write(Options, new CancellationToken(canceled: true)));
        Assert.Empty(directory.EnumerateFileSystemInfos());
    }

    [Fact]
    public void IsWritten_OtherRecipe_IsFalse()
    {
        LineitemWriter.Write(Options, Stopping);
        Assert.True(LineitemWriter.IsWritten(Options));
        Assert.False(LineitemWriter.IsWritten(Options with { Seed = 8 }));
        Assert.False(LineitemWriter.IsWritten(Options with { Rows = Rows + 1 }));
    }

    private static string Of(string path) => $"file('{path}', Parquet)";

    private Task<string> ContentAsync(string path) => QueryAsync($"SELECT count(), sum(cityHash64(*)) FROM {Of(path)}");

    private async Task<string> QueryAsync(string sql) => (await clickHouse.QueryAsync(sql, Stopping)).TrimEnd();
}
