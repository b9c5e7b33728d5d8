namespace BulkMover.Core.Targets;

/// <summary>What a load may use.</summary>
/// <param name="Writers">Blocks that are sent at the same time at most.</param>
/// <param name="HeldBytes">Bytes of encoded blocks that the load may keep back to send them together.</param>
public sealed record LoadLimits(int Writers, long HeldBytes)
{
    /// <summary>Told when the target makes the load wait, and for how long it did; whole sentences. Null for nobody.</summary>
    public IProgress<string>? Notes { get; init; }
}
