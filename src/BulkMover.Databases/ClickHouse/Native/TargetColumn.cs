using Apache.Arrow;
using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse.Native;

/// <summary>One column as it is sent.</summary>
/// <param name="Name">Name in the target.</param>
/// <param name="Type">Source field and the type that its values are sent as; the server turns them into the column's own where that differs.</param>
public sealed record TargetColumn(string Name, MappedType Type)
{
    /// <summary>A column that gets the type the mapping gives it.</summary>
    /// <exception cref="Core.Errors.UnsupportedFeatureException">The type has no equal.</exception>
    public static TargetColumn Of(Field field, CalendarSupport calendar) => new(field.Name, TypeMapping.Find(field, calendar));
}
