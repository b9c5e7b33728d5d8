using Apache.Arrow;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Native.Types;

namespace BulkMover.Databases.ClickHouse.Native;

/// <summary>One column as it is sent.</summary>
/// <param name="Name">Name in the target.</param>
/// <param name="Type">Source field and the type that its values are sent as; the server turns them into the column's own where that differs.</param>
public sealed record TargetColumn(string Name, MappedType Type)
{
    /// <summary>A column that gets the type the mapping gives it.</summary>
    /// <exception cref="Core.Errors.UnsupportedFeatureException">The type has no equal.</exception>
    public static TargetColumn Of(Field field, CalendarSupport calendar) => new(field.Name, TypeMapping.Find(field, calendar));

    /// <summary>A column that exists in the target with the given type.</summary>
    /// <exception cref="Core.Errors.UnsupportedFeatureException">The type has no equal.</exception>
    /// <exception cref="Core.Errors.TargetException">The column cannot hold all that arrives.</exception>
    public static TargetColumn For(Field field, CalendarSupport calendar, string columnType) =>
        new(field.Name, ExistingColumn.Fit(TypeMapping.Find(field, calendar), columnType)) { ColumnType = columnType };

    /// <summary>Type of the column in the target.</summary>
    public string ColumnType { get; init; } = Type.TargetType;

    /// <summary>How the column arrives, for people.</summary>
    public ColumnPlan Plan => Type.ToColumnPlan(ColumnType);
}
