using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.Core.Types;

/// <summary>What a column's values are, beneath the way Arrow keeps them.</summary>
public static class LogicalTypes
{
    /// <summary>Key of the extension's name in Arrow field metadata (Arrow columnar format, "Extension Types").</summary>
    public const string ExtensionNameKey = "ARROW:extension:name";

    /// <summary>The canonical extension for UUIDs (Arrow "Canonical Extension Types").</summary>
    public const string UuidExtension = "arrow.uuid";

    /// <summary>The type of the values: of a dictionary its value type, of an extension its storage type.</summary>
    public static IArrowType Storage(IArrowType type) => type switch
    {
        DictionaryType dictionary => Storage(dictionary.ValueType),
        ExtensionType extension => Storage(extension.StorageType),
        _ => type,
    };

    /// <summary>True for 16 bytes that are a UUID, as an extension type or by field metadata.</summary>
    public static bool IsUuid(Field field) =>
        field.DataType is ExtensionType { Name: UuidExtension }
        || (field.HasMetadata && field.Metadata.TryGetValue(ExtensionNameKey, out string? name) && name == UuidExtension);
}
