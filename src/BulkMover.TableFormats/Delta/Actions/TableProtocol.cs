namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>What a reader or writer must know to read or write the table (PROTOCOL.md, "Protocol Evolution").</summary>
internal sealed record TableProtocol
{
    public long? MinReaderVersion { get; init; }

    public long? MinWriterVersion { get; init; }

    /// <summary>Exists only at reader version 3.</summary>
    public IReadOnlyList<string>? ReaderFeatures { get; init; }

    /// <summary>Exists only at writer version 7.</summary>
    public IReadOnlyList<string>? WriterFeatures { get; init; }

    /// <summary>True when readers must respect the feature. Version 2 is what came before lists of features: it is column mapping alone.</summary>
    public bool Requires(string readerFeature) => MinReaderVersion switch
    {
        2 => readerFeature == "columnMapping",
        3 => ReaderFeatures?.Contains(readerFeature) == true,
        _ => false,
    };
}
