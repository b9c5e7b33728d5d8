namespace BulkMover.TableFormats.Targets;

/// <summary>What a lane has of a chunk.</summary>
internal sealed class LaneRows : IAsyncDisposable
{
    private readonly Dictionary<PartitionTuple, PartitionFile> files = [];

    public IReadOnlyCollection<PartitionFile> Files => files.Values;

    /// <summary>Oldest first.</summary>
    public List<SpilledRows> Spilled { get; } = [];

    public PartitionFile FileOf(PartitionTuple partition, FileMaker maker)
    {
        if (!files.TryGetValue(partition, out PartitionFile? file))
            files.Add(partition, file = new PartitionFile(maker, partition));
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PartitionFile file in files.Values)
            await file.DisposeAsync();
        foreach (SpilledRows spilled in Spilled)
            spilled.Dispose();
    }
}
