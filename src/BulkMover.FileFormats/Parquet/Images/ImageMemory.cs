using BulkMover.Core.Stores;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>The bytes of an <see cref="ImagePlan"/>, their pages checked, ready to be decoded.</summary>
internal sealed class ImageMemory : IDisposable
{
    private readonly NativeBlock block;
    private readonly ImagePlan plan;
    private readonly string name;

    private readonly int[] dictionaries;

    private ImageMemory(NativeBlock block, ImagePlan plan, string name, DecodeEstimate estimate, int[] dictionaries) =>
        (this.block, this.plan, this.name, Estimate, this.dictionaries) = (block, plan, name, estimate, dictionaries);

    /// <summary>What decoding it takes.</summary>
    public DecodeEstimate Estimate { get; }

    /// <summary>Reads the plan's ranges.</summary>
    /// <exception cref="Core.Errors.CorruptTableException">The pages break the format.</exception>
    public static async Task<ImageMemory> FetchAsync(
        IRangeReader file, ImagePlan plan, string name, ParquetReadOptions options, CancellationToken cancellationToken)
    {
        var memory = new NativeBlock(plan.MaxBytes);
        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.MaxRequests, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(Requests(plan, options.MaxRequestBytes), parallel, async (request, stopping) =>
                await file.ReadAsync(request.Offset, memory.Memory(request.ImageOffset, (int)request.Length), stopping));
        }
        catch
        {
            memory.Dispose();
            throw;
        }

        return Of(memory, plan, name, options);
    }

    /// <summary>Takes over memory that holds the plan's bytes already, also when it throws.</summary>
    /// <exception cref="Core.Errors.CorruptTableException">The pages break the format.</exception>
    public static ImageMemory Of(NativeBlock memory, ImagePlan plan, string name, ParquetReadOptions options)
    {
        try
        {
            plan.JoinPages(memory);
            PageSizes[][] pages = CheckPages(memory, plan, name);
            DecodeEstimate estimate = DecodeEstimate.Of(plan, options, pages);
            int[] dictionaries = [.. plan.TextLeaves.Where(leaf => pages.All(rowGroup => DictionaryExpansion.Fits(rowGroup[leaf], estimate.BatchRows)))];
            return new ImageMemory(memory, plan, name, estimate, dictionaries);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens the native reader, which looks into this memory until it is disposed. Text that is stored as a dictionary comes as one: see
    /// <see cref="DictionaryExpansion"/>.
    /// </summary>
    public NativeFile Open()
    {
        byte[] footer = plan.WriteFooter();
        block.EnsureLength(plan.DataEnd + footer.Length);
        footer.CopyTo(block.Span(plan.DataEnd, footer.Length));
        return NativeErrors.Wrap(name, () => new NativeFile(block.Address, plan.DataEnd + footer.Length, Estimate.BatchRows, dictionaries));
    }

    public void Dispose() => block.Dispose();

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
