using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.Core.Types;

/// <summary>
/// A UUID is a fixed binary of 16 bytes, most significant first, in a field whose metadata names the canonical Arrow extension. Readers mark
/// such fields, targets look for the mark; there is no array type of its own, so that buffers are handed on as they are.
/// </summary>
public static class UuidType
{
    public static FixedSizeBinaryType Storage { get; } = new(16);

    public static bool IsUuid(this Field field) =>
        field.DataType is FixedSizeBinaryType { ByteWidth: 16 } && field.ExtensionName() == SourceType.UuidExtension;

    /// <summary>A copy of the field with this type and mark; other metadata stays.</summary>
    public static Field AsUuid(this Field field) => field.WithExtension(Storage, SourceType.UuidExtension);
}
