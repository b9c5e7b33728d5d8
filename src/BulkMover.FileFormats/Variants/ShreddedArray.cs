using System.Runtime.InteropServices;
using Apache.Arrow;

namespace BulkMover.FileFormats.Variants;

/// <summary>An array whose elements are shredded (VariantShredding.md, "Arrays").</summary>
/// <param name="element">Of each element.</param>
internal sealed class ShreddedArray(ShreddedValue element) : TypedValue
{
    public override void Write(ArrayData data, int row, VariantWriter writer)
    {
        ReadOnlySpan<int> offsets = MemoryMarshal.Cast<byte, int>(data.Buffers[1].Span).Slice(data.Offset + row, 2);
        writer.Text.Raw((byte)'[');
        for (int i = offsets[0]; i < offsets[1]; i++)
        {
            if (i > offsets[0])
                writer.Text.Raw((byte)',');
            // An element cannot be missing; the reference implementation has null for one that is.
            if (!element.TryWrite(data.Children[0], i, writer))
                writer.Text.Raw("null"u8);
        }

        writer.Text.Raw((byte)']');
    }
}
