namespace BulkMover.Engine.Tuning;

/// <summary>What samples have shown.</summary>
/// <param name="Degrees">Of each number of readers and writers.</param>
/// <param name="Blocks">Of the best of these, again, with blocks of several sizes.</param>
/// <param name="SelfTuned">Of a copy that tunes itself, in turns with those.</param>
public sealed record TuningResult(IReadOnlyList<Sample> Degrees, IReadOnlyList<Sample> Blocks, Sample SelfTuned)
{
    /// <summary>What self-tuning shall reach of the best fixed point; below that it is worth an option.</summary>
    private const double Enough = 0.95;

    /// <summary>The fixed point at which the target took most rows. One of those that were measured twice: the best of many was lucky in part.</summary>
    public Sample Best => Blocks.Where(sample => sample.Problem is null).MaxBy(sample => sample.RowsPerSecond)!;

    /// <summary>Which part of that the copy did that tunes itself; null when the target took nothing.</summary>
    public double? SelfTunedShare => Best.RowsPerSecond > 0 ? SelfTuned.RowsPerSecond / Best.RowsPerSecond : null;

    /// <summary>The options of `copy` to use; empty where it finds what is best itself.</summary>
    public string Options => SelfTunedShare is null or >= Enough
        ? ""
        : $"--readers {Best.Readers} --writers {Best.Writers}{(Best.Point.BlockRows is { } rows ? $" --block-rows {rows}" : "")}";

    /// <summary>A source that ends within a sample shows how a copy begins, not how it runs.</summary>
    public bool IsShort => SelfTuned.IsShort || Degrees.Concat(Blocks).Any(sample => sample.IsShort);
}
