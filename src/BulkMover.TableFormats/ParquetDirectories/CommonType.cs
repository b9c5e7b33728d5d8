using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.ParquetDirectories;

/// <summary>The narrowest type that holds every value of two columns exactly.</summary>
internal static class CommonType
{
    /// <summary>Null when there is none.</summary>
    public static IArrowType? Of(IArrowType left, IArrowType right)
    {
        if (IsSame(left, right))
            return left;
        return (left, right) switch
        {
            (StructType a, StructType b) => OfStructs(a, b),
            (ListType a, ListType b) => OfFields(a.ValueField, b.ValueField) is { } item ? new ListType(item) : null,
            (MapType a, MapType b) => OfFields(a.KeyField, b.KeyField) is { } key && OfFields(a.ValueField, b.ValueField) is { } value
                ? new MapType(key, value)
                : null,
            (Decimal128Type a, Decimal128Type b) when a.Scale == b.Scale => a.Precision >= b.Precision ? a : b,
            (NullType, _) => right,
            (_, NullType) => left,
            _ => Widens(left, right) ? right : Widens(right, left) ? left : null,
        };
    }

    /// <summary>The first field with the common type; null when there is none. It may be null where one of both may.</summary>
    public static Field? OfFields(Field first, Field second) =>
        first.HasMarkOf(second) && Of(first.DataType, second.DataType) is { } type
            ? new Field(first.Name, type, first.IsNullable || second.IsNullable, first.Metadata)
            : null;

    private static bool Widens(IArrowType from, IArrowType to) => (from, to) switch
    {
        (Int8Type, Int16Type or Int32Type or Int64Type) => true,
        (Int16Type, Int32Type or Int64Type) => true,
        (Int32Type, Int64Type) => true,
        (UInt8Type, UInt16Type or UInt32Type or UInt64Type or Int16Type or Int32Type or Int64Type) => true,
        (UInt16Type, UInt32Type or UInt64Type or Int32Type or Int64Type) => true,
        (UInt32Type, UInt64Type or Int64Type) => true,
        (HalfFloatType, FloatType or DoubleType) => true,
        (FloatType, DoubleType) => true,
        _ => false,
    };

    private static StructType? OfStructs(StructType left, StructType right)
    {
        var union = new List<Field>();
        foreach (Field field in left.Fields)
        {
            Field? other = right.GetFieldByName(field.Name);
            if ((other is null ? AsNullable(field) : OfFields(field, other)) is not { } common)
                return null;
            union.Add(common);
        }

        union.AddRange(right.Fields.Where(field => left.GetFieldByName(field.Name) is null).Select(AsNullable));
        return new StructType(union);
    }

    public static Field AsNullable(Field field) => new(field.Name, field.DataType, nullable: true, field.Metadata);

    private static bool IsSame(IArrowType left, IArrowType right) => (left, right) switch
    {
        (StructType a, StructType b) => a.Fields.Count == b.Fields.Count && a.Fields.Zip(b.Fields).All(pair => IsSame(pair.First, pair.Second)),
        (ListType a, ListType b) => IsSame(a.ValueField, b.ValueField),
        (MapType a, MapType b) => IsSame(a.KeyField, b.KeyField) && IsSame(a.ValueField, b.ValueField),
        (Decimal128Type a, Decimal128Type b) => a.Precision == b.Precision && a.Scale == b.Scale,
        (Decimal256Type a, Decimal256Type b) => a.Precision == b.Precision && a.Scale == b.Scale,
        (FixedSizeBinaryType a, FixedSizeBinaryType b) => a.TypeId == b.TypeId && a.ByteWidth == b.ByteWidth,
        (TimestampType a, TimestampType b) => a.Unit == b.Unit && a.Timezone == b.Timezone,
        (TimeBasedType a, TimeBasedType b) => a.TypeId == b.TypeId && a.Unit == b.Unit,
        _ => left.TypeId == right.TypeId,
    };

    private static bool IsSame(Field left, Field right) =>
        left.Name == right.Name && left.IsNullable == right.IsNullable && left.HasMarkOf(right)
        && IsSame(left.DataType, right.DataType);
}
