using BulkMover.Core.Errors;

namespace BulkMover.FileFormats.Memory;

/// <summary>The native memory of arrays that grow: bounds what all of them take, and frees it.</summary>
/// <param name="limitBytes">More is refused.</param>
/// <param name="name">What is decoded, for the message.</param>
internal sealed class GrowingMemory(long limitBytes, string name) : IDisposable
{
    private readonly List<NativeBlock> blocks = [];
    private long heldBytes;

    public NativeBlock New()
    {
        var block = new NativeBlock(0);
        blocks.Add(block);
        return block;
    }

    /// <summary>Makes the block as long as that.</summary>
    /// <exception cref="UnsupportedFeatureException">All together is too much.</exception>
    public void Grow(NativeBlock block, long bytes)
    {
        heldBytes += bytes - block.Length;
        if (heldBytes > limitBytes || bytes > Array.MaxLength)
        {
            throw new UnsupportedFeatureException("file.row_too_large",
                $"A row of '{name}' takes more than {limitBytes / (1024 * 1024):N0} MiB when it is decoded, which is not read.");
        }

        block.EnsureLength(bytes);
    }

    public void Dispose()
    {
        foreach (NativeBlock block in blocks)
            block.Dispose();
    }
}
