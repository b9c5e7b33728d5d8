using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.Engine.Transfers;

namespace BulkMover.Engine.Tests.Transfers;

public sealed class ChunkTests
{
    /// <summary>A small file counts as 256 KiB, or as 16 KiB a column: what a ledger keeps of a chunk's files grows with both.</summary>
    [Theory]
    [InlineData(1, 4096)]
    [InlineData(16, 4096)]
    [InlineData(1024, 64)]
    public async Task HasRoomFor_SmallFiles_TheMoreColumnsTheFewer(int columns, int expected)
    {
        await using var chunk = new Chunk(0, Task.FromCanceled<IChunkLoad>(new CancellationToken(canceled: true)), columns);
        int files = 0;
        for (ScanTask task = Small(files); chunk.HasRoomFor(task, 1 << 30, TimeSpan.FromHours(1)); task = Small(++files))
            chunk.Add(task, (UInt128)files);

        Assert.Equal(expected, files);
    }

    private static ScanTask Small(int file) => new(Location.OnDisk($"/table/{file}.parquet"), 100, 1, ScanTask.NoConstants, false);
}
