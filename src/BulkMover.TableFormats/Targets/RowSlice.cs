namespace BulkMover.TableFormats.Targets;

/// <summary>Rows of one partition in a block.</summary>
/// <param name="Block">The block.</param>
/// <param name="Offset">The first one.</param>
/// <param name="Rows">How many.</param>
internal sealed record RowSlice(RowBlock Block, int Offset, int Rows)
{
    /// <summary>Their part of the block's memory, as if all rows were of one size.</summary>
    public long Bytes => (long)((double)Block.HeldBytes / Block.Rows * Rows);
}
