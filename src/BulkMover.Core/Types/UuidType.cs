using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.Core.Types;

/// <summary>
/// A UUID is a fixed binary of 16 bytes, big-endian, in a field whose metadata names the canonical Arrow extension. Readers mark such
/// fields, targets look for the mark; there is no array type of its own, so that buffers are handed on as they are.
/// </summary>
public static class UuidType
{
    public const int Bytes = 16;

    /// <summary>Key and name of the canonical extension (Arrow, "Canonical Extension Types").</summary>
    public const string ExtensionKey = "ARROW:extension:name";

    public const string ExtensionName = "arrow.uuid";

    public static FixedSizeBinaryType Storage { get; } = new(Bytes);

    public static bool IsUuid(this Field field) =>
        field.DataType is FixedSizeBinaryType { ByteWidth: Bytes } && field.HasMetadata
            && field.Metadata.TryGetValue(ExtensionKey, out string? name) && name == ExtensionName;

    /// <summary>A copy of the field with this type and mark; other metadata stays.</summary>
    public static Field AsUuid(this Field field)
    {
        var metadata = field.HasMetadata ? new Dictionary<string, string>(field.Metadata) : [];
        metadata[ExtensionKey] = ExtensionName;
        return new Field(field.Name, Storage, field.IsNullable, metadata);
    }
}
