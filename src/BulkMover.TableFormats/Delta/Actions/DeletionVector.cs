namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>Which rows of a data file are gone (PROTOCOL.md, "Deletion Vector Descriptor Schema").</summary>
/// <param name="StorageType">u: a file named by a UUID; p: a file named by an absolute path; i: within the log.</param>
/// <param name="PathOrInlineDv">By storage type: an optional prefix and the UUID in Base85, the path, or the bitmap in Base85.</param>
/// <param name="Offset">Where it begins in its file.</param>
/// <param name="SizeInBytes">Length of the bitmap with its magic number.</param>
/// <param name="Cardinality">Rows that are gone.</param>
internal sealed record DeletionVector(string StorageType, string PathOrInlineDv, long? Offset, long? SizeInBytes, long? Cardinality)
{
    /// <summary>"Derived Fields": tells the same file with different vectors apart.</summary>
    public string UniqueId => Offset is null ? StorageType + PathOrInlineDv : $"{StorageType}{PathOrInlineDv}@{Offset}";
}
