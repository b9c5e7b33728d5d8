namespace BulkMover.Engine.Tuning;

/// <summary>What samples have shown.</summary>
/// <param name="Fixed">Of each fixed point.</param>
/// <param name="SelfTuned">Of a copy that tunes itself.</param>
public sealed record TuningResult(IReadOnlyList<Sample> Fixed, Sample SelfTuned)
{
    /// <summary>What self-tuning shall reach of the best fixed point; below that it is worth an option.</summary>
    private const double Enough = 0.95;

    /// <summary>The fixed point at which the target took most rows.</summary>
    public Sample Best => Fixed.Where(sample => sample.Problem is null).MaxBy(sample => sample.RowsPerSecond)!;

    /// <summary>Which part of that the copy did that tunes itself; null when the target took nothing.</summary>
    public double? SelfTunedShare => Best.RowsPerSecond > 0 ? SelfTuned.RowsPerSecond / Best.RowsPerSecond : null;

    /// <summary>The options of `copy` to use; empty where it finds what is best itself.</summary>
    public string Options => SelfTunedShare is null or >= Enough
        ? ""
        : $"--readers {Best.Readers} --writers {Best.Writers}{(Best.Point.BlockRows is { } rows ? $" --block-rows {rows}" : "")}";

    /// <summary>A source that ends within a sample shows how a copy begins, not how it runs.</summary>
    public bool IsShort => SelfTuned.IsShort || Fixed.Any(sample => sample.IsShort);
}
