using BulkMover.Engine.Transfers;

namespace BulkMover.Engine.Tuning;

/// <summary>How much of a copy happens at the same time: what the user has fixed stays, the rest is found while it runs.</summary>
/// <param name="options">What the user has fixed.</param>
/// <param name="lanesAreFree">As <see cref="Core.Targets.ITarget.LanesAreFree"/>: where they are not, the number of writers stays.</param>
internal sealed class Degrees(CopyOptions options, bool lanesAreFree)
{
    /// <summary>Fewer than one for each core would leave cores without work as soon as the source is slow.</summary>
    public Knob Readers { get; } = new(options.FirstReaders, options.FirstReaders, options.MostReaders);

    public Knob Writers { get; } = lanesAreFree
        ? new Knob(options.FirstWriters, options.Writers ?? 1, options.MostWriters)
        : new Knob(options.FirstWriters, options.FirstWriters, options.FirstWriters);

    public CopyOptions Options => options;
}
