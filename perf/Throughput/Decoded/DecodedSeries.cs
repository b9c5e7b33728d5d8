using BulkMover.Throughput.Measuring;

namespace BulkMover.Throughput.Decoded;

/// <summary>Runs of one contestant.</summary>
/// <param name="name">The contestant.</param>
/// <param name="read">Reads the file once.</param>
internal sealed class DecodedSeries(string name, Func<Task<DecodedRead>> read)
{
    private readonly List<DecodedRead> runs = [];

    public string Name => name;

    public long Rows => runs[0].Rows;

    /// <summary>CPU seconds of a run.</summary>
    public double Median => All.Median;

    /// <summary>Likewise, with their spread.</summary>
    public string Seconds => All.ToString("F2");

    /// <summary>The part of them that is decoding; of others than this process it is not known.</summary>
    public string DecodeSeconds => runs[0].FetchSeconds > 0 ? Spread.Of(runs.Select(run => run.DecodeSeconds)).ToString("F2") : "";

    private Spread All => Spread.Of(runs.Select(run => run.FetchSeconds + run.DecodeSeconds));

    public async Task<DecodedRead> RunAsync(bool isCounted)
    {
        DecodedRead run = await read();
        if (isCounted)
            runs.Add(run);
        return run;
    }
}
