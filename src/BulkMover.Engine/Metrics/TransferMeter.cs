using System.Diagnostics;
using BulkMover.Engine.Transfers;
using BulkMover.Engine.Tuning;

namespace BulkMover.Engine.Metrics;

/// <summary>Counts what a transfer does. Written by its workers, read by anyone at any time.</summary>
internal sealed class TransferMeter
{
    private long startedAt;
    private long movingSince;
    private long endedAt;
    private Survey? planned;
    private long rowsRead;
    private long rowsSent;
    private long bytesRead;
    private long bytesWritten;
    private long plannedBytesDone;
    private long adoptedFiles;
    private long adoptedBytes;
    private long skippedRows;
    private long arrivedChunks;
    private int retries;

    public TransferMeter(Degrees degrees)
    {
        Degrees = degrees;
        (CopyOptions options, Knob readers, Knob writers) = (degrees.Options, degrees.Readers, degrees.Writers);
        Adopt = new StageMeter("adopt", options.Adopters);
        Open = new StageMeter("open", CopyOptions.Openers(readers.Value), CopyOptions.Openers(readers.Most));
        Fetch = new StageMeter("fetch", readers.Value, readers.Most);
        Decode = new StageMeter("decode", options.Decoders(writers.Value), options.Decoders(writers.Most));
        Encode = new StageMeter("encode", options.Decoders(writers.Value), options.Decoders(writers.Most));
        Send = new StageMeter("send", writers.Value, writers.Most);
        readers.Turned = number =>
        {
            Open.SetWorkers(CopyOptions.Openers(number), Elapsed);
            Fetch.SetWorkers(number, Elapsed);
        };
        writers.Turned = number =>
        {
            Decode.SetWorkers(options.Decoders(number), Elapsed);
            Encode.SetWorkers(options.Decoders(number), Elapsed);
            Send.SetWorkers(number, Elapsed);
        };
    }

    /// <summary>How many workers the stages have now.</summary>
    public Degrees Degrees { get; }

    public StageMeter Plan { get; } = new("plan", 1);

    public StageMeter Begin { get; } = new("begin", 1);

    public StageMeter Adopt { get; }

    public StageMeter Open { get; }

    public StageMeter Fetch { get; }

    public StageMeter Decode { get; }

    public StageMeter Encode { get; }

    public StageMeter Send { get; }

    public StageMeter Arrive { get; } = new("arrive", 1);

    public StageMeter Commit { get; } = new("commit", 1);

    public long RowsRead => Interlocked.Read(ref rowsRead);

    public long RowsSent => Interlocked.Read(ref rowsSent);

    /// <summary>Rows that earlier runs have brought.</summary>
    public long SkippedRows => Interlocked.Read(ref skippedRows);

    public int Retries => Volatile.Read(ref retries);

    /// <summary>The copy begins again: what had arrived counts as brought by an earlier run.</summary>
    public void Retry()
    {
        Interlocked.Increment(ref retries);
        Interlocked.Exchange(ref rowsRead, 0);
        Interlocked.Exchange(ref rowsSent, 0);
        Interlocked.Exchange(ref plannedBytesDone, 0);
    }

    /// <summary>This much has arrived and is no longer to be moved.</summary>
    public void Skip(long chunks, long rows)
    {
        Interlocked.Exchange(ref arrivedChunks, chunks);
        Interlocked.Exchange(ref skippedRows, rows);
    }

    public void Start() => Volatile.Write(ref startedAt, Stopwatch.GetTimestamp());

    public void StartMoving(Survey survey)
    {
        Volatile.Write(ref movingSince, Stopwatch.GetTimestamp());
        Volatile.Write(ref planned, survey);
    }

    /// <summary>Times stand still from here on.</summary>
    public void Stop() => Volatile.Write(ref endedAt, Stopwatch.GetTimestamp());

    public void AddRowsRead(long rows) => Interlocked.Add(ref rowsRead, rows);

    public void AddRowsSent(long rows) => Interlocked.Add(ref rowsSent, rows);

    public void AddBytesRead(long bytes) => Interlocked.Add(ref bytesRead, bytes);

    public void AddBytesWritten(long bytes) => Interlocked.Add(ref bytesWritten, bytes);

    /// <summary>A file was adopted: its rows were neither read nor sent one by one, and count as both.</summary>
    public void AddAdopted(long rows, long fileBytes, long passedBytes)
    {
        AddRowsRead(rows);
        AddRowsSent(rows);
        AddBytesRead(passedBytes);
        AddBytesWritten(passedBytes);
        AddPlannedBytesDone(fileBytes);
        Interlocked.Increment(ref adoptedFiles);
        Interlocked.Add(ref adoptedBytes, fileBytes);
    }

    public void AddPlannedBytesDone(long bytes) => Interlocked.Add(ref plannedBytesDone, bytes);

    public TransferProgress Snapshot()
    {
        Survey? survey = Volatile.Read(ref planned);
        long done = Interlocked.Read(ref plannedBytesDone);
        TimeSpan elapsed = Elapsed;
        StageProgress adopt = Adopt.Snapshot(elapsed, Open);
        return new TransferProgress(elapsed, survey, RowsRead, RowsSent, SkippedRows, Interlocked.Read(ref arrivedChunks), Retries, Interlocked.Read(ref bytesRead), Interlocked.Read(ref bytesWritten),
            done, TimeLeft(survey, done),
            [
                Begin.Snapshot(elapsed, null), Plan.Snapshot(elapsed, adopt.Items > 0 ? Adopt : Open), .. adopt.Items > 0 ? [adopt] : Array.Empty<StageProgress>(),
                Open.Snapshot(elapsed, Fetch), Fetch.Snapshot(elapsed, Decode), Decode.Snapshot(elapsed, Encode),
                Encode.Snapshot(elapsed, Send), Send.Snapshot(elapsed, null), Arrive.Snapshot(elapsed, null), Commit.Snapshot(elapsed, null),
            ])
        {
            AdoptedFiles = Interlocked.Read(ref adoptedFiles), AdoptedBytes = Interlocked.Read(ref adoptedBytes),
        };
    }

    /// <summary>What tuning looks at.</summary>
    public FlowSample Sample()
    {
        TimeSpan elapsed = Elapsed;
        return new FlowSample(elapsed, Interlocked.Read(ref bytesRead), RowsSent, MachineProcessors.IdleTime(), Open.Snapshot(elapsed, Fetch), Fetch.Snapshot(elapsed, Decode), Send.Snapshot(elapsed, null));
    }

    private TimeSpan Elapsed => Since(Volatile.Read(ref startedAt));

    private TimeSpan? TimeLeft(Survey? survey, long done)
    {
        if (survey is null || done == 0)
            return null;
        double seconds = Since(Volatile.Read(ref movingSince)).TotalSeconds * (survey.Bytes - done) / done;
        return seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    private TimeSpan Since(long start)
    {
        if (start == 0)
            return TimeSpan.Zero;
        long end = Volatile.Read(ref endedAt);
        return Stopwatch.GetElapsedTime(start, end == 0 ? Stopwatch.GetTimestamp() : end);
    }
}
