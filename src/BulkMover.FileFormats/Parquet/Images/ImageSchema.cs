using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>Writes the schema of an image, with the few changes that <see cref="ArrowSchemas"/> and the decoder count on.</summary>
internal static class ImageSchema
{
    /// <summary>Bytes of an INT96 value.</summary>
    public const int Int96Bytes = 12;

    /// <summary>
    /// INT96 is stored exactly as a fixed binary of 12 bytes is, and is read as one: the native conversion to a timestamp wraps around
    /// without an error, ours does not.
    /// </summary>
    public static PhysicalType StoredAs(PhysicalType type) => type == PhysicalType.Int96 ? PhysicalType.FixedLenByteArray : type;

    public static void Write(CompactWriter writer, SchemaNode root, IReadOnlyList<int> topLevel)
    {
        SchemaNode[] nodes = [.. topLevel.SelectMany(index => root.Children[index].SelfAndBelow)];
        // The native reader refuses keys that may be missing; the decoder takes their levels as the file has them.
        var optionalKeys = new HashSet<SchemaNode>(topLevel.SelectMany(index => root.Children[index].OptionalKeys), ReferenceEqualityComparer.Instance);
        writer.ListHeader(2, CompactType.Struct, nodes.Length + 1);
        writer.BeginElement();
        writer.String(4, "schema");
        writer.Int32(5, topLevel.Count);
        writer.End();
        foreach (SchemaNode node in nodes)
            Element(writer, node.Element, optionalKeys.Contains(node) ? Repetition.Required : node.Element.Repetition);
    }

    private static void Element(CompactWriter writer, SchemaElement element, Repetition repetition)
    {
        writer.BeginElement();
        if (element.Type is { } type)
        {
            writer.Int32(1, (int)StoredAs(type));
            if (type == PhysicalType.Int96)
                writer.Int32(2, Int96Bytes);
            else if (type == PhysicalType.FixedLenByteArray)
                writer.Int32(2, element.TypeLength ?? 0);
        }

        writer.Int32(3, (int)repetition);
        writer.String(4, element.Name);
        if (element.Type is null)
            writer.Int32(5, element.ChildCount ?? 0);
        if (element.Logical is null)
            Converted(writer, element);
        if (element.FieldId is { } fieldId)
            writer.Int32(9, fieldId);
        // "Always null" says nothing about a group, and the native reader refuses it there.
        if (element.Logical is { } logical && (element.Type is not null || logical.Kind != LogicalTypeKind.Unknown))
            Logical(writer, element, logical);
        writer.End();
    }

    private static void Converted(CompactWriter writer, SchemaElement element)
    {
        // What is not kept here has been named by FileFeatures, or is converted by us; the stored type remains.
        if (element.Converted is not { } converted || !Enum.IsDefined(converted)
            || converted is ConvertedType.Interval or ConvertedType.Null || IsDecimalOfOurs(element) || element.SmallInteger is not null)
        {
            return;
        }

        // The native reader gives enums as binary; they are text (LogicalTypes.md, "ENUM").
        writer.Int32(6, (int)(converted == ConvertedType.Enum ? ConvertedType.Utf8 : converted));
        if (converted == ConvertedType.Decimal)
        {
            writer.Int32(7, element.Scale ?? 0);
            writer.Int32(8, element.Precision ?? 0);
        }
    }

    /// <summary>Decimals that the native reader is not asked to convert.</summary>
    private static bool IsDecimalOfOurs(SchemaElement element) =>
        element.Decimal is { } digits && (element.Type == PhysicalType.ByteArray || digits.Precision > ParquetFeatures.MaxDecimalDigits);

    private static void Logical(CompactWriter writer, SchemaElement element, LogicalType logical)
    {
        LogicalTypeKind kind = logical.Kind == LogicalTypeKind.Enum ? LogicalTypeKind.String : logical.Kind;
        if (!Enum.IsDefined(kind) || IsDecimalOfOurs(element) || element.SmallInteger is not null || logical.HasUnknownUnit
            || kind is LogicalTypeKind.Variant or LogicalTypeKind.Geometry or LogicalTypeKind.Geography or LogicalTypeKind.Vector)
        {
            return;
        }

        writer.BeginStruct(10);
        writer.BeginStruct((int)kind);
        switch (kind)
        {
            case LogicalTypeKind.Decimal:
                writer.Int32(1, logical.Scale);
                writer.Int32(2, logical.Precision);
                break;
            case LogicalTypeKind.Time or LogicalTypeKind.Timestamp:
                writer.Boolean(1, logical.IsAdjustedToUtc);
                writer.BeginStruct(2);
                writer.EmptyStruct(logical.UnitId);
                writer.End();
                break;
            case LogicalTypeKind.Integer:
                writer.Byte(1, (sbyte)logical.BitWidth);
                writer.Boolean(2, logical.IsSigned);
                break;
        }

        writer.End();
        writer.End();
    }
}
