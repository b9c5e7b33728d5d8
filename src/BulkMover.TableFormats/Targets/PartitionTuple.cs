using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Targets;

/// <summary>The values that all rows of a file have in common. Tuples of equal values are equal.</summary>
internal sealed class PartitionTuple(IReadOnlyList<Scalar> values) : IEquatable<PartitionTuple>
{
    private readonly string key = string.Join('\0', values.Select(value => ScalarText.Write(value) ?? "-"));

    public static PartitionTuple Empty { get; } = new([]);

    public IReadOnlyList<Scalar> Values => values;

    public bool Equals(PartitionTuple? other) => other?.key == key;

    public override bool Equals(object? obj) => Equals(obj as PartitionTuple);

    public override int GetHashCode() => key.GetHashCode(StringComparison.Ordinal);
}
