using BulkMover.Throughput.Measuring;

namespace BulkMover.Throughput.Scenarios;

/// <summary>The runs of one contestant under one label.</summary>
internal sealed record Series(IContestant Contestant, string Label)
{
    public List<Measurement> Runs { get; } = [];
}
