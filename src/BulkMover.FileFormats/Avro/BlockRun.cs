namespace BulkMover.FileFormats.Avro;

/// <summary>Neighbouring blocks of a file, which are decoded together: what a row group is elsewhere.</summary>
/// <param name="Offset">Where the first begins, in bytes.</param>
/// <param name="Bytes">Of all of them, with their markers.</param>
/// <param name="Rows">As they claim.</param>
/// <param name="FirstRow">Number of the first row in the file, from 0.</param>
/// <param name="LargestBytes">Of the largest block.</param>
internal sealed record BlockRun(long Offset, long Bytes, long Rows, long FirstRow, int LargestBytes)
{
    /// <summary>Joins blocks until they have <paramref name="runBytes"/>.</summary>
    public static async IAsyncEnumerable<BlockRun> JoinAsync(IAsyncEnumerable<AvroBlockPlace> blocks, int runBytes)
    {
        BlockRun? run = null;
        long firstRow = 0;
        await foreach (AvroBlockPlace block in blocks)
        {
            if (run is not null && run.Bytes + block.Bytes > runBytes)
            {
                yield return run;
                run = null;
            }

            run = run is null
                ? new BlockRun(block.Offset, block.Bytes, block.Records, firstRow, block.Bytes)
                : run with { Bytes = run.Bytes + block.Bytes, Rows = run.Rows + block.Records, LargestBytes = Math.Max(run.LargestBytes, block.Bytes) };
            firstRow += block.Records;
        }

        if (run is not null)
            yield return run;
    }
}
