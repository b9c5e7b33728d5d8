using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.Conformance.SecondEngines;

/// <summary>
/// Brings an engine's columns to our types where its type says less about the same bytes, so that both print alike. Names and values stay the
/// engine's.
/// </summary>
internal static class EngineColumns
{
    public static RecordBatch Under(Schema ours, RecordBatch theirs)
    {
        Field[] fields = [.. theirs.Schema.FieldsList.Select((field, i) =>
            i < ours.FieldsList.Count ? Under(ours.FieldsList[i], field) : field)];
        IArrowArray[] columns = [.. theirs.Arrays.Select((column, i) => ArrowArrayFactory.BuildArray(Retyped(column.Data, fields[i].DataType)))];
        return new RecordBatch(new Schema(fields, theirs.Schema.Metadata), columns, theirs.Length);
    }

    private static Field Under(Field ours, Field theirs)
    {
        // What another engine makes of a variant is no JSON.
        if (ours.IsVariant())
            return theirs;
        // DuckDB hands UUIDs on as their text, which is how they print.
        IArrowType type = ours.IsUuid() && theirs.DataType is StringType ? theirs.DataType : Under(ours.DataType, theirs.DataType);
        return new Field(theirs.Name, type, theirs.IsNullable, ours.Metadata);
    }

    private static IArrowType Under(IArrowType ours, IArrowType theirs) => (SourceType.Storage(ours), SourceType.Storage(theirs)) switch
    {
        (StructType o, StructType t) when o.Fields.Count == t.Fields.Count => new StructType([.. o.Fields.Zip(t.Fields, Under)]),
        (ListType o, ListType t) => new ListType(Under(o.ValueField, t.ValueField)),
        (LargeListType o, ListType t) => new ListType(Under(o.ValueField, t.ValueField)),
        (FixedSizeListType o, ListType t) => new ListType(Under(o.ValueField, t.ValueField)),
        (MapType o, MapType t) => new MapType(Under(o.KeyField, t.KeyField), Under(o.ValueField, t.ValueField), t.KeySorted),
        // ClickHouse's String is any bytes.
        (BinaryType or LargeBinaryType or BinaryViewType or FixedSizeBinaryType, StringType) => BinaryType.Default,
        (StringType or LargeStringType or StringViewType, BinaryType) => StringType.Default,
        // The number of the instant is the same; only ours tell it from a time of day without a zone.
        (TimestampType o, TimestampType t) => new TimestampType(t.Unit, o.Timezone),
        // ClickHouse's formats read a time of day as that time on the first day of 1970.
        (Time32Type or Time64Type, TimestampType t) => new Time64Type(t.Unit),
        (_, var t) => t,
    };

    private static ArrayData Retyped(ArrayData data, IArrowType type)
    {
        ArrayData[]? children = type switch
        {
            StructType structure => [.. data.Children.Zip(structure.Fields, (child, field) => Retyped(child, field.DataType))],
            ListType list => [Retyped(data.Children[0], list.ValueDataType)],
            MapType map => [Retyped(data.Children[0], map.KeyValueType)],
            _ => data.Children,
        };
        return new ArrayData(type, data.Length, data.NullCount, data.Offset, data.Buffers, children, data.Dictionary);
    }
}
