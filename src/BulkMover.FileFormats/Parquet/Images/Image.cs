using Apache.Arrow;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>The memory of an <see cref="ImagePlan"/>, filled and checked, and the native reader over it.</summary>
internal sealed class Image : IDisposable
{
    private readonly string name;
    private readonly NativeBlock block;
    private readonly NativeFile reader;

    private Image(string name, NativeBlock block, NativeFile reader) => (this.name, this.block, this.reader) = (name, block, reader);

    /// <summary>Reads the plan's ranges into new memory.</summary>
    public static async Task<NativeBlock> FetchAsync(
        IRangeReader file, ImagePlan plan, ParquetReadOptions options, CancellationToken cancellationToken)
    {
        var memory = new NativeBlock(plan.MaxBytes);
        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.MaxRequests, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(Requests(plan, options.MaxRequestBytes), parallel, async (request, stopping) =>
                await file.ReadAsync(request.Offset, memory.Memory(request.ImageOffset, (int)request.Length), stopping));
            return memory;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Checks the pages and opens the native reader. Takes over the memory, also when it throws.</summary>
    /// <exception cref="Core.Errors.CorruptTableException">The pages break the format.</exception>
    public static Image Open(string name, NativeBlock memory, ImagePlan plan, long batchRows)
    {
        try
        {
            CheckPages(name, memory, plan);
            byte[] footer = plan.WriteFooter();
            memory.EnsureLength(plan.DataEnd + footer.Length);
            footer.CopyTo(memory.Span(plan.DataEnd, footer.Length));
            NativeFile opened = NativeErrors.Wrap(name, () => new NativeFile(memory.Address, plan.DataEnd + footer.Length, batchRows));
            return new Image(name, memory, opened);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>The next rows as the file has them, or null at the end. The caller disposes the batch.</summary>
    public RecordBatch? ReadNext() => NativeErrors.Wrap(name, reader.ReadNext);

    public void Dispose()
    {
        // The reader looks into the block until it is gone.
        reader.Dispose();
        block.Dispose();
    }

    private static IEnumerable<FileRange> Requests(ImagePlan plan, int maxBytes)
    {
        foreach (FileRange range in plan.Ranges)
        {
            for (long done = 0; done < range.Length; done += maxBytes)
                yield return new FileRange(range.Offset + done, Math.Min(maxBytes, range.Length - done), range.ImageOffset + done);
        }
    }

    private static void CheckPages(string name, NativeBlock memory, ImagePlan plan)
    {
        foreach (ParquetRowGroup rowGroup in plan.RowGroups)
        {
            foreach (SchemaNode leaf in plan.Leaves)
            {
                ParquetColumnChunk chunk = rowGroup.Columns[leaf.FirstLeaf];
                (long offset, long bytes) = plan.Place(chunk);
                try
                {
                    PageWalk.Check(memory, offset, bytes, chunk, leaf.Element);
                }
                catch (ThriftException error)
                {
                    throw ParquetErrors.Corrupt("page_corrupt", name, $"column '{leaf.Path}': {error.Message}", error);
                }
            }
        }
    }
}
