namespace BulkMover.Engine.Memory;

/// <summary>What leased bytes are for, in the order in which data flows.</summary>
public enum MemoryUse
{
    /// <summary>Footers, and small files read whole.</summary>
    Open,

    /// <summary>Column chunks on their way to the decoder.</summary>
    Fetch,

    /// <summary>The decoder's working set.</summary>
    Decode,

    /// <summary>Decoded batches and what the target makes of them.</summary>
    Encode,
}
