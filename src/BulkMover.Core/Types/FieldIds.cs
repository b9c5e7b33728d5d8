using System.Globalization;
using Apache.Arrow;

namespace BulkMover.Core.Types;

/// <summary>The identity of a column that survives a rename, kept in Arrow field metadata under the key that Arrow C++ uses as well.</summary>
public static class FieldIds
{
    /// <summary>Key of the field id in Arrow field metadata (Arrow C++, Parquet reader).</summary>
    public const string Key = "PARQUET:field_id";

    /// <summary>The field's id, or null when it has none.</summary>
    public static int? FieldId(this Field field) =>
        field.HasMetadata && field.Metadata.TryGetValue(Key, out string? text)
            && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int id) && id >= 0
            ? id
            : null;

    /// <summary>A copy of the field that carries the id.</summary>
    public static Field WithFieldId(this Field field, int id)
    {
        var metadata = field.HasMetadata ? new Dictionary<string, string>(field.Metadata) : [];
        metadata[Key] = id.ToString(CultureInfo.InvariantCulture);
        return new Field(field.Name, field.DataType, field.IsNullable, metadata);
    }
}
