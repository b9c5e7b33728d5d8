using BulkMover.Core.Scans;
using BulkMover.TableFormats.Iceberg.Manifests;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>What the index keeps of a live delete file or deletion vector. The same object is the same file.</summary>
internal sealed class DeleteFile
{
    /// <summary>As written.</summary>
    public required string Path { get; init; }

    /// <summary>What its rows are written in; a deletion vector has none.</summary>
    public FileFormat Format { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Deleted rows, or the cardinality of a deletion vector.</summary>
    public required long Rows { get; init; }

    public required long SequenceNumber { get; init; }

    public required PartitionKey Partition { get; init; }

    /// <summary>Lower bound of the data files' paths in it, in UTF-8; null when unknown.</summary>
    public byte[]? FirstPath { get; init; }

    /// <summary>Upper bound, likewise.</summary>
    public byte[]? LastPath { get; init; }

    /// <summary>Where the deletion vector begins, in bytes.</summary>
    public long ContentOffset { get; init; }

    /// <summary>Length of the deletion vector.</summary>
    public int ContentBytes { get; init; }

    /// <summary>Tells it in whatever snapshot: a file that was written is never changed, and a vector is a part of one.</summary>
    public UInt128 Identity => Fingerprint.Of($"{Path}\0{ContentOffset}");

    /// <summary>
    /// False when the bounds say that no row is of the data file. They only say so of paths that address the store in the same way: then
    /// all paths between them do.
    /// </summary>
    /// <param name="path">The data file's path in UTF-8.</param>
    /// <param name="address">The beginning of it that addresses the store.</param>
    public bool MightName(ReadOnlySpan<byte> path, ReadOnlySpan<byte> address) =>
        !HasAddress(FirstPath, address) || !HasAddress(LastPath, address) || (path.SequenceCompareTo(FirstPath) >= 0 && path.SequenceCompareTo(LastPath) <= 0);

    /// <summary>Exactly that address: <c>file:/</c> also begins <c>file:///</c>, which is another spelling of it.</summary>
    private static bool HasAddress(ReadOnlySpan<byte> bound, ReadOnlySpan<byte> address) =>
        bound.Length > address.Length && bound.StartsWith(address) && bound[address.Length] != '/';
}
