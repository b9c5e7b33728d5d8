using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.TableFormats.Targets;
using BulkMover.TableFormats.Tests.Targets;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.ParquetDirectories;

/// <summary>A directory has no schema but that of its files: what is appended has the same columns.</summary>
public sealed class AppendTests
{
    private readonly MemoryObjectStore objects = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Engines take the columns from the file that they look at first.</summary>
    [Theory]
    [InlineData(null, "id", "p")]
    [InlineData(null, "p", "id")]
    [InlineData("parquet.columns_differ", "p")]
    [InlineData("parquet.columns_differ", "id")]
    [InlineData("parquet.columns_differ", "id", "p", "more")]
    public async Task Plan_AppendToColumnsIdAndP_TakesJustThose(string? code, params string[] columns)
    {
        await RunAsync(CopyMode.Create, "id", "p");

        if (code is null)
            await RunAsync(CopyMode.Append, columns);
        else
            Assert.Equal(code, (await Assert.ThrowsAsync<TargetException>(() => RunAsync(CopyMode.Append, columns))).Code);
        await RunAsync(CopyMode.Append, "id", "p");
    }

    private async Task RunAsync(CopyMode mode, params string[] columns)
    {
        var schema = new Schema([.. columns.Select(name => new Field(name, Int64Type.Default, nullable: true))], null);
        await using LakeTarget target = LakeTarget.OfParquet("parquet", objects, LakeCopy.Root, new LakeOptions());
        var request = new TargetRequest(TransferId.Of(Guid.NewGuid().ToString()), new TransferOrigin("command", "selection", "source", "1"), schema, mode, []);
        await using ITargetLoad load = await target.BeginAsync(await target.PlanAsync(request, Token), new LoadLimits(1, 1 << 20), Token);
        await load.CommitAsync(0, Token);
    }
}
