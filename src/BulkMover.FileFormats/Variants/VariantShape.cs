using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Variants;

/// <summary>
/// Variants, shredded or not, to their JSON text: a group of <c>metadata</c> and of <c>value</c>, <c>typed_value</c> or both
/// (VariantEncoding.md, "Variant in Parquet"; VariantShredding.md). Only the table's schema needs to say that it is one: older writers have
/// no annotation in the file.
/// </summary>
internal sealed class VariantShape : ColumnShape
{
    /// <summary>
    /// Of the text of one batch. Batches are cut at 16 MiB as they are stored, and the text of common variants is as long; the names of fields
    /// are stored once for many values, so that a small file could ask for any amount.
    /// </summary>
    private const int MaxTextBytes = 256 * 1024 * 1024;

    private const string Metadata = "metadata";

    private readonly int metadata;
    private readonly ShreddedValue value;
    private readonly ShapeContext context;

    private VariantShape(int metadata, ShreddedValue value, ShapeContext context) => (this.metadata, this.value, this.context) = (metadata, value, context);

    /// <param name="stored">The type that arrays arrive in.</param>
    /// <param name="from">The same as the file has it.</param>
    /// <param name="context">For errors.</param>
    /// <exception cref="CorruptTableException">The group is no variant, or is shredded into what variants cannot hold.</exception>
    public static VariantShape Of(StructType stored, StructType from, ShapeContext context)
    {
        try
        {
            int metadata = from.GetFieldIndex(Metadata, StringComparer.Ordinal);
            return metadata >= 0 && from.Fields[metadata].DataType is BinaryType
                ? new VariantShape(metadata, ShreddedValue.Of(stored, from), context)
                : throw new VariantException("its group has no binary field 'metadata'");
        }
        catch (VariantException error)
        {
            throw Error(context, error);
        }
    }

    public override ArrayData Apply(ArrayData source, TakenBuffers buffers)
    {
        ArrowBuffer offsetBuffer = buffers.Allocate((source.Length + 1) * sizeof(int), out Span<byte> offsetBytes);
        Span<int> offsets = MemoryMarshal.Cast<byte, int>(offsetBytes);
        using var text = new JsonText(MaxTextBytes);
        offsets[0] = 0;
        for (int row = 0; row < source.Length; row++)
        {
            if (Validity.IsValid(source, row))
                Write(source, row, text);
            offsets[row + 1] = text.Length;
        }

        ArrowBuffer textBuffer = buffers.Allocate(text.Length, out Span<byte> target);
        text.Written.CopyTo(target);
        return new ArrayData(
            VariantText.Storage, source.Length, source.GetNullCount(), 0, [Validity.AtZero(source, buffers), offsetBuffer, textBuffer], children: null);
    }

    private void Write(ArrayData source, int row, JsonText text)
    {
        try
        {
            int at = source.Offset + row;
            if (!Validity.IsValid(source.Children[metadata], at))
                throw new VariantException("its metadata is null");
            var writer = new VariantWriter(new VariantMetadata(source.Children[metadata].BytesAt(at)), text);
            // "If a Variant is missing in a context where a value is required, readers must return a Variant null" ("Value Shredding").
            if (!value.TryWrite(source, row, writer))
                text.Raw("null"u8);
        }
        catch (VariantException error)
        {
            throw Error(context, error);
        }
    }

    private static BulkMoverException Error(ShapeContext context, VariantException error)
    {
        const string nextStep = "or leave the column out with --columns.";
        return error.IsUnsupported
            ? new UnsupportedFeatureException("file.variant_unsupported",
                $"Column '{context.Column}' of '{context.File}' holds a variant that is not read: {error.Message}. Write the file again, {nextStep}")
            : new CorruptTableException("file.variant_broken",
                $"Column '{context.Column}' of '{context.File}' holds a broken variant: {error.Message}. Restore the file, {nextStep}", error);
    }
}
