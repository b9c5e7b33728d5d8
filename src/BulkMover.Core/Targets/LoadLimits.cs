namespace BulkMover.Core.Targets;

/// <summary>What a load may use.</summary>
/// <param name="Writers">Blocks that are sent at the same time, at first.</param>
/// <param name="HeldBytes">Bytes that the load may hold: encoded blocks that it keeps back to send them together, and what it needs itself.</param>
public sealed record LoadLimits(int Writers, long HeldBytes)
{
    private readonly int? lanes;

    /// <summary>Lanes that blocks come in at most; only where <see cref="ITarget.LanesAreFree"/> they are more than writers.</summary>
    public int Lanes
    {
        get => lanes ?? Writers;
        init => lanes = value;
    }

    /// <summary>Told when the target makes the load wait, and for how long it did; whole sentences. Null for nobody.</summary>
    public IProgress<string>? Notes { get; init; }
}
