using BulkMover.Engine.Flows;
using BulkMover.Engine.Metrics;

namespace BulkMover.Engine.Transfers;

/// <summary>
/// Whether row groups are fetched before a decoder is free for them: what hides the waits for a store that is far away would from a disk only hold memory, as much again
/// as is decoded. Safe for concurrent use.
/// </summary>
/// <param name="decode">The decoders.</param>
internal sealed class FetchAhead(StageMeter decode)
{
    /// <summary>A decoder that waits for this part of its time, a quarter, has blocks on their way to the target meanwhile.</summary>
    private const int ShareOfDecoding = 4;

    /// <summary>
    /// Taken for the pace of decoding until a row group has been decoded. With the share it is what a disk gives though all processors are busy, and a store gives only near by.
    /// </summary>
    private const double FirstDecodedBytesPerSecond = 8e6;

    private readonly WorkerLimit places = new(int.MaxValue);
    private double decodedBytesPerSecond = FirstDecodedBytesPerSecond;

    /// <summary>Waits until a row group may be fetched. The caller disposes what it gets when that is decoded.</summary>
    public async Task<IDisposable> EnterAsync()
    {
        Task entering = places.EnterAsync();
        if (!entering.IsCompleted)
        {
            using (decode.SenderWaits())
                await entering;
        }

        return new Place(places);
    }

    /// <summary>A row group was fetched in that time.</summary>
    public void Fetched(long bytes, TimeSpan time) =>
        places.Change(bytes / time.TotalSeconds < ShareOfDecoding * Volatile.Read(ref decodedBytesPerSecond) ? int.MaxValue : decode.Workers);

    /// <summary>A row group of so many fetched bytes was decoded in that time, with the waits for what follows.</summary>
    public void Decoded(long bytes, TimeSpan time) => Volatile.Write(ref decodedBytesPerSecond, bytes / time.TotalSeconds);

    private sealed class Place(WorkerLimit places) : IDisposable
    {
        private bool isLeft;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref isLeft, true))
                places.Leave();
        }
    }
}
