using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.Core.Types;

/// <summary>Extension types as marks in a field's metadata (Arrow columnar format, "Extension Types"); the arrays are those of the storage type.</summary>
internal static class ExtensionMarks
{
    public const string MetadataKey = "ARROW:extension:metadata";

    /// <summary>The extension's name; null when the field has no mark.</summary>
    public static string? ExtensionName(this Field field) => field.Value(SourceType.ExtensionNameKey);

    /// <summary>The extension's parameters; null when it has none.</summary>
    public static string? ExtensionMetadata(this Field field) => field.Value(MetadataKey);

    /// <summary>A copy of the field with this type and mark; other metadata stays.</summary>
    public static Field WithExtension(this Field field, IArrowType storage, string name, string? parameters = null)
    {
        var metadata = field.HasMetadata ? new Dictionary<string, string>(field.Metadata) : [];
        metadata[SourceType.ExtensionNameKey] = name;
        if (parameters is not null)
            metadata[MetadataKey] = parameters;
        return new Field(field.Name, storage, field.IsNullable, metadata);
    }

    private static string? Value(this Field field, string key) =>
        field.HasMetadata && field.Metadata.TryGetValue(key, out string? value) && value.Length > 0 ? value : null;
}
