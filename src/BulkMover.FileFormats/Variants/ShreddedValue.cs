using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Variants;

/// <summary>
/// A value, or a part of one, that is stored encoded in <c>value</c>, as a column of its own in <c>typed_value</c>, or as an object in both
/// (VariantShredding.md, "Value Shredding"). The two are found by name.
/// </summary>
internal sealed class ShreddedValue
{
    private readonly int encoded;
    private readonly int typed;
    private readonly TypedValue? type;

    private ShreddedValue(int encoded, int typed, TypedValue? type) => (this.encoded, this.typed, this.type) = (encoded, typed, type);

    /// <param name="stored">The group's type as its arrays arrive.</param>
    /// <param name="from">The same as the file has it.</param>
    /// <exception cref="VariantException">The group has neither field, or one of a type that is not allowed.</exception>
    public static ShreddedValue Of(IArrowType stored, IArrowType from)
    {
        if (stored is not StructType storedGroup || from is not StructType group)
            throw new VariantException($"a part of it is no group of 'value' and 'typed_value'");
        int encoded = group.GetFieldIndex("value", StringComparer.Ordinal), typed = group.GetFieldIndex("typed_value", StringComparer.Ordinal);
        if (encoded < 0 && typed < 0)
            throw new VariantException("a group has neither 'value' nor 'typed_value'");
        if (encoded >= 0 && group.Fields[encoded].DataType is not BinaryType)
            throw new VariantException("a field 'value' is not binary");
        return new ShreddedValue(encoded, typed, typed < 0 ? null : TypedValue.Of(storedGroup.Fields[typed].DataType, group.Fields[typed]));
    }

    /// <summary>Writes the value at a place of the group; false, with nothing written, when it is missing.</summary>
    /// <exception cref="VariantException">Both are there and are no object, or either is broken.</exception>
    public bool TryWrite(ArrayData group, int row, VariantWriter writer)
    {
        int at = group.Offset + row;
        bool hasEncoded = encoded >= 0 && Validity.IsValid(group.Children[encoded], at);
        ReadOnlySpan<byte> value = hasEncoded ? group.Children[encoded].BytesAt(at) : default;
        if (type is not null && Validity.IsValid(group.Children[typed], at))
        {
            if (!hasEncoded)
                type.Write(group.Children[typed], at, writer);
            else if (type is ShreddedObject fields && VariantWriter.IsObject(value))
                fields.Write(group.Children[typed], at, value, writer);
            else
                throw new VariantException("a value and a typed_value are there, which only the two parts of an object may be");
            return true;
        }

        if (hasEncoded)
            writer.Write(value, depth: 0);
        return hasEncoded;
    }
}
