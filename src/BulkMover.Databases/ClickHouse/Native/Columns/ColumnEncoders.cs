using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Builds the encoder that a row of the type mapping asks for.</summary>
internal static class ColumnEncoders
{
    public static ColumnEncoder Create(MappedType type) => type.Row.Form switch
    {
        ValueForm.OnlyNulls => new NullsColumn(),
        ValueForm.Dictionary => CreateDictionary(type),
        _ => new ValueColumn(type, CreateValues(type)),
    };

    /// <summary>The encoder of the values behind the nulls.</summary>
    public static ValueEncoder CreateValues(MappedType type) => type.Row.Form switch
    {
        ValueForm.Same => new FixedEncoder(Width(type), Check(type)),
        ValueForm.Bit => new BitEncoder(),
        ValueForm.Half => new ConvertingEncoder<Half, float, HalfToSingle>(type, default),
        ValueForm.Decimal => CreateDecimal(type),
        ValueForm.MillisecondsToDays => new ConvertingEncoder<long, int, WholeDays>(type, new WholeDays(type.Range!.Min, type.Range.Max)),
        ValueForm.Widen => new ConvertingEncoder<int, long, WidenInRange>(type, new WidenInRange(type.Range!.Min, type.Range.Max)),
        ValueForm.Uuid => new ConvertingEncoder<Halves, Halves, UuidHalves>(type, default),
        ValueForm.Bytes => new BytesEncoder<int>(),
        ValueForm.LargeBytes => new BytesEncoder<long>(),
        ValueForm.BytesView => new ViewEncoder(),
        ValueForm.List or ValueForm.Map => new ListEncoder<int>(Items(type)),
        ValueForm.LargeList => new ListEncoder<long>(Items(type)),
        ValueForm.FixedSizeList => new FixedSizeListEncoder(((FixedSizeListType)Storage(type)).ListSize, Items(type)),
        ValueForm.Struct => new StructEncoder([.. type.Children.Select(Create)]),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type.Row.Form, "The type has no values of its own."),
    };

    private static ColumnEncoder CreateDictionary(MappedType type)
    {
        ArrowTypeId index = ((DictionaryType)Storage(type)).IndexType.TypeId;
        return type.TargetType.StartsWith("LowCardinality(", StringComparison.Ordinal)
            ? new LowCardinalityColumn(type, index, CreateValues(type.Children[0]))
            : new DictionaryColumn(type, index, Create(type.Children[0]));
    }

    private static ListItems Items(MappedType type) =>
        new(Create(type.Children[0]), type.Children.Count == 2 ? Create(type.Children[1]) : null);

    private static ValueEncoder CreateDecimal(MappedType type)
    {
        (int precision, int scale) = Storage(type) switch
        {
            Decimal32Type d => (d.Precision, d.Scale),
            Decimal64Type d => (d.Precision, d.Scale),
            Decimal128Type d => (d.Precision, d.Scale),
            var d => (((Decimal256Type)d).Precision, ((Decimal256Type)d).Scale),
        };
        return DecimalEncoders.Create(type, Width(type), precision, Math.Max(precision, scale));
    }

    private static IValueCheck? Check(MappedType type) => type.Range switch
    {
        null => null,
        var range when Width(type) == 4 => new RangeCheck<int>(type, (int)range.Min, (int)range.Max),
        var range => new RangeCheck<long>(type, range.Min, range.Max),
    };

    private static int Width(MappedType type) => ((FixedWidthType)Storage(type)).BitWidth / 8;

    private static IArrowType Storage(MappedType type) => SourceType.Storage(type.Field.DataType);
}
