using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>
/// Partition values of a file as they are written, by the physical name of their column. Files of one partition may share them, so they do
/// not change, and what is made of them is made once.
/// </summary>
internal sealed class PartitionValues : Dictionary<string, string?>
{
    private int? contentHash;

    public PartitionValues()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>Equal for equal values.</summary>
    public int ContentHash => contentHash ??= this.Aggregate(0, (hash, value) => hash ^ HashCode.Combine(value.Key, value.Value));

    /// <summary>The values in the types of the snapshot that is planned; null until it has read them.</summary>
    public IReadOnlyDictionary<string, Scalar>? Constants { get; set; }
}
