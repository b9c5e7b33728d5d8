namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>Which rows of a data file are gone (PROTOCOL.md, "Deletion Vector Descriptor Schema"), as far as it identifies a logical file.</summary>
internal sealed record DeletionVector(string StorageType, string PathOrInlineDv, long? Offset)
{
    /// <summary>"Derived Fields": tells the same file with different vectors apart.</summary>
    public string UniqueId => Offset is null ? StorageType + PathOrInlineDv : $"{StorageType}{PathOrInlineDv}@{Offset}";
}
