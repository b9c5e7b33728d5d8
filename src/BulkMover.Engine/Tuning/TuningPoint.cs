namespace BulkMover.Engine.Tuning;

/// <summary>What a sample is taken with.</summary>
/// <param name="Readers">Fixed; null where the copy finds them.</param>
/// <param name="Writers">As before.</param>
/// <param name="BlockRows">Rows of a block at most; null for what the target takes best.</param>
public sealed record TuningPoint(int? Readers, int? Writers, int? BlockRows)
{
    /// <summary>Nothing is fixed.</summary>
    public static TuningPoint SelfTuned { get; } = new(null, null, null);
}
