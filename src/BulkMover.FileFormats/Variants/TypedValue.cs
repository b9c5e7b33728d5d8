using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.FileFormats.Variants;

/// <summary>A column <c>typed_value</c> (VariantShredding.md, "Shredded Value Types").</summary>
internal abstract class TypedValue
{
    /// <summary>Null for a column that holds nothing, ever.</summary>
    /// <exception cref="VariantException">Values of this type are none of the table of "Shredded Value Types".</exception>
    public static TypedValue? Of(IArrowType stored, Field from) => (stored, from.DataType) switch
    {
        (NullType, _) => null,
        (StructType s, StructType f) => new ShreddedObject(s, f),
        (ListType s, ListType f) => new ShreddedArray(ShreddedValue.Of(s.ValueDataType, f.ValueDataType)),
        _ => ShreddedPrimitive.Of(stored, from),
    };

    /// <summary>Writes the value at a row that is not null.</summary>
    public abstract void Write(ArrayData data, int row, VariantWriter writer);
}
