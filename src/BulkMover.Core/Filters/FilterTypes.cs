using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.Core.Filters;

/// <summary>What a column's values are, beneath the way Arrow keeps them.</summary>
internal static class FilterTypes
{
    /// <summary>Of a dictionary the type of its values, of an extension the type of its storage.</summary>
    public static IArrowType OfValues(IArrowType type) => type is DictionaryType dictionary
        ? OfValues(dictionary.ValueType)
        : SourceType.Storage(type);

    public static bool IsUuid(Field field) => SourceType.RowName(field) == "uuid";
}
