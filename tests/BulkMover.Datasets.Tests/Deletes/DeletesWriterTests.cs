using BulkMover.Datasets.Deletes;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Datasets.Tests.Deletes;

public sealed class DeletesWriterTests(ClickHouseServerFixture clickHouse) : IDisposable
{
    private const int Rows = 30_000;
    private readonly DirectoryInfo directory = Directory.CreateDirectory(Path.Combine(clickHouse.FilesDirectory, Path.GetRandomFileName()));

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public void Dispose() => directory.Delete(recursive: true);

    [Theory]
    [InlineData(DeletesKind.Positions)]
    [InlineData(DeletesKind.Equality)]
    public async Task Write_ReadByAnotherEngine_HasTheLiveRowsAlone(DeletesKind kind)
    {
        var options = new DeletesOptions(kind, Rows, Files: 3, directory.FullName);
        long deleted = DeletesWriter.Write(options, Stopping);
        string live = await ContentAsync($"file('{directory.Name}/data/part-*.parquet') WHERE l_orderkey % 50 != 7");
        Assert.Equal(live, await ContentAsync($"icebergLocal('{directory.FullName}')"));
        Assert.StartsWith($"{Rows - deleted}\t", live, StringComparison.Ordinal);
        Assert.InRange(deleted, 1, Rows / 10);
    }

    private async Task<string> ContentAsync(string from) => (await clickHouse.QueryAsync($"SELECT count(), sum(cityHash64(*)) FROM {from}", Stopping)).TrimEnd();
}
