using Apache.Arrow;
using BulkMover.Core.Targets;

namespace BulkMover.Core.Types;

/// <summary>A field's place in the type mapping, and its concrete target type.</summary>
/// <param name="Field">The source field.</param>
/// <param name="Path">The field's name below the column: <c>order.items.element</c>.</param>
/// <param name="Row">The row that says how its values arrive.</param>
/// <param name="TargetType">The ClickHouse type, Nullable or LowCardinality included.</param>
/// <param name="HoldsNulls">Whether a null can arrive; where not, one is an error.</param>
/// <param name="Range">Values that fit the target, in the source's unit; null when all do.</param>
/// <param name="Children">Item of a list, key and value of a map, fields of a struct, values of a dictionary.</param>
public sealed record MappedType(
    Field Field, string Path, TypeRow Row, string TargetType, bool HoldsNulls, ValueRange? Range, IReadOnlyList<MappedType> Children)
{
    /// <summary>In which ways arriving values differ from the source, and what is refused at the edge; empty when all arrive as they are.</summary>
    public IEnumerable<string> Differences()
    {
        if (Row.Difference is not null)
            yield return Row.Difference;
        if (Range is not null)
            yield return $"Values outside {Range.Text} are refused.";
        if (Field.IsNullable && !HoldsNulls)
            yield return Row.Nulls == NullForm.Refused ? "A null is refused: ClickHouse has no null list or map." : "A null is refused.";
        foreach (string difference in Children.SelectMany(child => child.Differences().Select(text => $"{child.Path}: {text}")))
            yield return difference;
    }

    /// <summary>The same field for a target that holds nulls or not, fewer values, and other children.</summary>
    public MappedType For(bool holdsNulls, ValueRange? range, IReadOnlyList<MappedType> children) => this with
    {
        TargetType = TypeMapping.TargetType(Row, SourceType.Storage(Field.DataType), children, holdsNulls),
        HoldsNulls = holdsNulls,
        Range = range,
        Children = children,
    };

    /// <summary>How the column arrives, for people.</summary>
    public ColumnPlan ToColumnPlan(string targetType)
    {
        string differences = string.Join(' ', Differences());
        return new ColumnPlan(Path, SourceType.Describe(Field), targetType, differences.Length == 0 ? null : differences);
    }
}
