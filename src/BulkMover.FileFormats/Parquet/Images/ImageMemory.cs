using Apache.Arrow.Memory;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>The bytes of an <see cref="ImagePlan"/>, their pages checked, ready to be decoded.</summary>
internal sealed class ImageMemory : IDisposable
{
    private readonly SlabPool slabs;
    private readonly NativeBlock block;
    private readonly ImagePlan plan;
    private readonly string name;

    private readonly ParquetReadOptions options;
    private readonly PageSizes[][] pages;
    private readonly RowSizes sizes;
    private long bytes;
    private bool disposed;

    private ImageMemory(SlabPool slabs, NativeBlock block, ImagePlan plan, string name, ParquetReadOptions options, PageSizes[][] pages)
    {
        (this.slabs, this.block, this.plan, this.name, this.options, this.pages) = (slabs, block, plan, name, options, pages);
        sizes = new RowSizes(plan, options, pages);
        Estimate = DecodeEstimate.Of(plan, options, sizes);
    }

    /// <summary>What decoding it takes.</summary>
    public DecodeEstimate Estimate { get; private set; }

    /// <summary>Reads the plan's ranges.</summary>
    /// <exception cref="Core.Errors.CorruptTableException">The pages break the format.</exception>
    public static async Task<ImageMemory> FetchAsync(
        IRangeReader file, ImagePlan plan, string name, ParquetReadOptions options, SlabPool slabs, CancellationToken cancellationToken)
    {
        NativeBlock memory = slabs.Take(plan.MaxBytes);
        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.MaxRequests, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(Requests(plan, options.MaxRequestBytes), parallel, async (request, stopping) =>
                await file.ReadAsync(request.Offset, memory.Memory(request.ImageOffset, (int)request.Length), stopping));
        }
        catch
        {
            slabs.Return(memory);
            throw;
        }

        return Of(memory, plan, name, options, slabs);
    }

    /// <summary>Takes over memory of the pool that holds the plan's bytes already, also when it throws.</summary>
    /// <exception cref="Core.Errors.CorruptTableException">The pages break the format.</exception>
    public static ImageMemory Of(NativeBlock memory, ImagePlan plan, string name, ParquetReadOptions options, SlabPool slabs)
    {
        try
        {
            plan.JoinPages(memory);
            return new ImageMemory(slabs, memory, plan, name, options, CheckPages(memory, plan, name));
        }
        catch
        {
            slabs.Return(memory);
            throw;
        }
    }

    /// <summary>Reads values whose sizes the pages' headers do not tell; the estimate holds for them from then on.</summary>
    /// <exception cref="Core.Errors.CorruptTableException">They cannot be decoded.</exception>
    public void Measure(CancellationToken cancellationToken)
    {
        if (sizes.Unmeasured.Count == 0)
            return;
        WriteFooter();
        NativeErrors.Wrap(name, () =>
        {
            using var columns = new NativeColumns(block.Address, bytes);
            sizes.Measure(block, columns, cancellationToken);
            return true;
        });
        Estimate = DecodeEstimate.Of(plan, options, sizes);
    }

    /// <summary>
    /// Opens the columns, which look into this memory until they are disposed. Text that is stored as a dictionary comes as one: see
    /// <see cref="DictionaryExpansion"/>.
    /// </summary>
    /// <param name="allocator">Where batches' memory comes from, as far as it is not the native reader's.</param>
    public ImageBatches Open(MemoryAllocator allocator)
    {
        Measure(CancellationToken.None);
        ImageColumns? columns = null;
        try
        {
            columns = new ImageColumns(block, plan, pages, sizes, options, Estimate.BatchRows, allocator);
            ParquetMetrics.Decoding((plan.Leaves.Count - columns.NativeLeaves.Count) * (long)plan.RowGroups.Count, columns.NativeLeaves.Count * (long)plan.RowGroups.Count);
            return new ImageBatches(columns, columns.NativeLeaves.Count > 0 ? OpenNative(columns.NativeLeaves) : null, name, allocator);
        }
        catch
        {
            columns?.Dispose();
            throw;
        }
    }

    private NativeFile OpenNative(IReadOnlyList<int> leaves)
    {
        WriteFooter();
        return NativeErrors.Wrap(name, () => new NativeFile(block.Address, bytes, Estimate.BatchRows, leaves, sizes.Dictionaries));
    }

    private void WriteFooter()
    {
        if (bytes > 0)
            return;
        byte[] footer = plan.WriteFooter();
        slabs.Lengthen(block, plan.DataEnd + footer.Length);
        footer.CopyTo(block.Span(plan.DataEnd, footer.Length));
        bytes = plan.DataEnd + footer.Length;
    }

    public void Dispose()
    {
        if (!disposed)
            slabs.Return(block);
        disposed = true;
    }

    private static IEnumerable<FileRange> Requests(ImagePlan plan, int maxBytes)
    {
        foreach (FileRange range in plan.Ranges)
        {
            for (long done = 0; done < range.Length; done += maxBytes)
                yield return new FileRange(range.Offset + done, Math.Min(maxBytes, range.Length - done), range.ImageOffset + done);
        }
    }

    /// <summary>By row group, then by leaf.</summary>
    private static PageSizes[][] CheckPages(NativeBlock memory, ImagePlan plan, string name) =>
        [.. plan.RowGroups.Select(rowGroup => (PageSizes[])[.. plan.Leaves.Select(leaf => CheckChunk(memory, plan, name, rowGroup, leaf))])];

    private static PageSizes CheckChunk(NativeBlock memory, ImagePlan plan, string name, ParquetRowGroup rowGroup, SchemaNode leaf)
    {
        ParquetColumnChunk chunk = rowGroup.Columns[leaf.FirstLeaf];
        (long offset, long bytes) = plan.Place(chunk);
        try
        {
            PageSizes pages = PageWalk.Check(memory, offset, bytes, chunk, leaf);
            return pages.HasBitPackedLevels ? throw ParquetErrors.BitPackedLevels(name, leaf.Path) : pages;
        }
        catch (ThriftException error)
        {
            throw ParquetErrors.Corrupt("page_corrupt", name, $"column '{leaf.Path}': {error.Message}", error);
        }
    }
}
