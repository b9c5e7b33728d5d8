namespace BulkMover.Engine.Metrics;

/// <summary>Where a transfer stands at one moment.</summary>
/// <param name="Elapsed">Since it began.</param>
/// <param name="Planned">What will move; null until the survey is done.</param>
/// <param name="RowsRead">Rows that were decoded and that the filter keeps.</param>
/// <param name="RowsSent">Rows that the target has taken.</param>
/// <param name="SkippedRows">Rows that earlier runs have brought.</param>
/// <param name="ArrivedChunks">Chunks that earlier runs, or attempts of this one, have brought.</param>
/// <param name="Retries">How often the copy was begun again after a failure that passed.</param>
/// <param name="BytesRead">Bytes fetched from the source.</param>
/// <param name="BytesWritten">Bytes sent to the target.</param>
/// <param name="PlannedBytesDone">
/// Of the planned bytes, those that need no more reading, whether they were read, were left out by projection, or were ruled out by statistics.
/// </param>
/// <param name="TimeLeft">At the rate so far; null while there is nothing to tell it from.</param>
/// <param name="Stages">Every stage, in the order of the flow.</param>
public sealed record TransferProgress(
    TimeSpan Elapsed,
    Survey? Planned,
    long RowsRead,
    long RowsSent,
    long SkippedRows,
    long ArrivedChunks,
    int Retries,
    long BytesRead,
    long BytesWritten,
    long PlannedBytesDone,
    TimeSpan? TimeLeft,
    IReadOnlyList<StageProgress> Stages)
{
    /// <summary>Data files that were adopted by this run; their rows count as read and sent.</summary>
    public long AdoptedFiles { get; init; }

    /// <summary>Length of those.</summary>
    public long AdoptedBytes { get; init; }

    /// <summary>Row groups that are read at the same time now.</summary>
    public int Readers => Stages.Single(stage => stage.Name == "fetch").Workers;

    /// <summary>Blocks that are sent at the same time now.</summary>
    public int Writers => Stages.Single(stage => stage.Name == "send").Workers;

    public double RowsPerSecond => PerSecond(RowsSent);

    public double BytesReadPerSecond => PerSecond(BytesRead);

    public double BytesWrittenPerSecond => PerSecond(BytesWritten);

    /// <summary>One sentence: what the transfer waits for most.</summary>
    public string Bottleneck => Metrics.Bottleneck.Name(Stages, Elapsed);

    private double PerSecond(long count) => Elapsed > TimeSpan.Zero ? count / Elapsed.TotalSeconds : 0;
}
