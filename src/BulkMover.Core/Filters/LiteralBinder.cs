using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.Core.Filters;

/// <summary>
/// Gives literals their column's type. A literal that the type cannot hold is never rounded or wrapped: the comparison is folded to an
/// equal one with a value that it can hold (<c>int_column &gt; 1.5</c> is <c>int_column &gt; 1</c>), or to one that is true or false for
/// every value. A fraction for a float column is the nearest value of that column, as it is printed.
/// </summary>
internal sealed class LiteralBinder(FilterErrors errors)
{
    public Filter Compare(Field column, ComparisonOperator op, FilterLiteral literal)
    {
        FloorLiteral floor = Bind(column, literal);
        if (floor.IsExact)
            return new Filter.Comparison(column.Name, op, floor.Value!);

        // The literal lies above floor.Value and below the type's next value, or below all values when there is no floor.
        switch (op)
        {
            case ComparisonOperator.Equal:
                return Never(column);
            case ComparisonOperator.NotEqual:
                return new Filter.Not(Never(column));
            case ComparisonOperator.Less or ComparisonOperator.LessOrEqual:
                return floor.Value is null ? Never(column) : new Filter.Comparison(column.Name, ComparisonOperator.LessOrEqual, floor.Value);
            default:
                return floor.Value is null
                    ? new Filter.Not(Never(column))
                    : new Filter.Comparison(column.Name, ComparisonOperator.Greater, floor.Value);
        }
    }

    public Filter In(Field column, IReadOnlyList<FilterLiteral> literals)
    {
        List<Scalar> values = [.. literals.Select(literal => Bind(column, literal)).Where(floor => floor.IsExact).Select(floor => floor.Value!)];
        return values.Count == 0 ? Never(column) : new Filter.In(column.Name, values);
    }

    public Filter StartsWith(Field column, FilterLiteral prefix)
    {
        ArrowTypeId type = FilterTypes.OfValues(column.DataType).TypeId;
        bool isText = type is ArrowTypeId.String or ArrowTypeId.LargeString or ArrowTypeId.StringView;
        bool isBinary = type is ArrowTypeId.Binary or ArrowTypeId.LargeBinary or ArrowTypeId.BinaryView;
        if (!isText && !isBinary)
            throw errors.At(prefix.Position, "type", $"'{column.Name}' is {SourceType.Describe(column)}; a prefix is looked for in strings and binary only.");
        if (prefix.Kind != FilterLiteralKind.String && !(isBinary && prefix.Kind == FilterLiteralKind.Binary))
            throw errors.At(prefix.Position, "literal", "a prefix is written as '…'.");
        return new Filter.StartsWith(column.Name, Bind(column, prefix).Value!.Value as byte[] ?? []);
    }

    private FloorLiteral Bind(Field column, FilterLiteral literal)
    {
        IArrowType type = FilterTypes.OfValues(column.DataType);
        FloorLiteral? floor = type.TypeId switch
        {
            ArrowTypeId.Boolean => Boolean(type, literal),
            ArrowTypeId.HalfFloat or ArrowTypeId.Float or ArrowTypeId.Double => Number(literal) is { } number ? NumberBounds.FloorFloat(type, number) : null,
            ArrowTypeId.String or ArrowTypeId.LargeString or ArrowTypeId.StringView =>
                literal.Kind == FilterLiteralKind.String ? Exact(type, Encoding.UTF8.GetBytes(literal.Text)) : null,
            ArrowTypeId.Binary or ArrowTypeId.LargeBinary or ArrowTypeId.BinaryView or ArrowTypeId.FixedSizedBinary =>
                Bytes(column, type, literal),
            _ when TemporalLiteral.IsTemporal(type) => Temporal(type, literal),
            _ when NumberBounds.Of(type) is { } bounds => Number(literal) is { } number ? bounds.Floor(type, number) : null,
            _ => throw errors.At(literal.Position, "type",
                $"'{column.Name}' is {SourceType.Describe(column)}; of such a column only IS NULL and IS NOT NULL can be asked."),
        };
        return floor ?? throw errors.At(literal.Position, "literal", $"this is no value for '{column.Name}', which is {SourceType.Describe(column)}. {Hint(type)}");
    }

    private static Filter.Comparison Never(Field column) =>
        new(column.Name, ComparisonOperator.Less, LowestValue.Of(FilterTypes.OfValues(column.DataType)));

    private static FloorLiteral Exact(IArrowType type, object value) => new(new Scalar(type, value), IsExact: true);

    private static FloorLiteral? Boolean(IArrowType type, FilterLiteral literal) =>
        literal.Kind is FilterLiteralKind.Boolean or FilterLiteralKind.String && bool.TryParse(literal.Text, out bool value)
            ? Exact(type, value)
            : null;

    private static DecimalLiteral? Number(FilterLiteral literal) =>
        literal.Kind is FilterLiteralKind.Number or FilterLiteralKind.String ? DecimalLiteral.TryParse(literal.Text) : null;

    private static FloorLiteral? Bytes(Field column, IArrowType type, FilterLiteral literal) => literal.Kind switch
    {
        FilterLiteralKind.Binary => Exact(type, Convert.FromHexString(literal.Text)),
        FilterLiteralKind.String when FilterTypes.IsUuid(column) =>
            Guid.TryParse(literal.Text, out Guid uuid) ? Exact(type, uuid.ToByteArray(bigEndian: true)) : null,
        FilterLiteralKind.String => Exact(type, Encoding.UTF8.GetBytes(literal.Text)),
        _ => null,
    };

    private static FloorLiteral? Temporal(IArrowType type, FilterLiteral literal) =>
        literal.Kind is FilterLiteralKind.Number or FilterLiteralKind.Binary or FilterLiteralKind.Boolean
            ? null
            : TemporalLiteral.TryFloor(type, literal);

    private static string Hint(IArrowType type) => type switch
    {
        BooleanType => "Write TRUE or FALSE.",
        Date32Type or Date64Type => "Write '2024-12-31'.",
        TimeType => "Write '23:59:59.999999'.",
        TimestampType { Timezone: null or "" } => "Write '2024-12-31 23:59:59.999999', without an offset, as the column has none.",
        TimestampType => "Write '2024-12-31 23:59:59.999999' (UTC) or with an offset: '2024-12-31T23:59:59+01:00'.",
        FixedSizeBinaryType { TypeId: ArrowTypeId.FixedSizedBinary } => "Write 0x… or, for a UUID, '01234567-89ab-cdef-0123-456789abcdef'.",
        BinaryType or LargeBinaryType or BinaryViewType => "Write 0x… or '…'.",
        StringType or LargeStringType or StringViewType => "Write '…'.",
        _ => "Write a decimal number.",
    };
}
