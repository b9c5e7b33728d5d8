using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Avro.Columns;

/// <summary>Makes the decoders of what is wanted of a file's records.</summary>
/// <param name="file">For messages.</param>
/// <param name="memory">What values are collected in.</param>
internal sealed class ColumnCompiler(string file, GrowingMemory memory)
{
    /// <param name="record">The file's records.</param>
    /// <param name="schema">The Arrow schema that they are read as.</param>
    /// <param name="shape">Which of its columns are wanted, and what of them.</param>
    /// <exception cref="UnsupportedFeatureException">A wanted column has a type that is not read.</exception>
    public RecordFields Compile(AvroType record, Schema schema, BatchShape shape)
    {
        var columns = new ColumnDecoder?[record.Fields.Length];
        foreach (int index in shape.FileColumns)
        {
            ColumnShape[] shapes = [.. shape.Columns.Where(column => column.FileColumn == index).Select(column => column.Shape!)];
            columns[index] = Column(record.Fields[index].Type, schema.FieldsList[index].DataType, shapes, record.Fields[index].Name);
        }

        return new RecordFields(record.Fields, columns);
    }

    /// <param name="type">The type in the file.</param>
    /// <param name="arrow">What it is read as.</param>
    /// <param name="shapes">What becomes of it, more than one where the table asks for the same column twice; null when all of it is wanted.</param>
    /// <param name="path">For messages.</param>
    private ColumnDecoder Column(AvroType type, IArrowType arrow, IReadOnlyList<ColumnShape>? shapes, string path)
    {
        (AvroType value, int nullBranch) = AvroOption.Of(type);
        return (value.Kind, arrow) switch
        {
            (AvroKind.Null, _) => new NullColumn(memory),
            (AvroKind.Boolean, _) => new BooleanColumn(nullBranch, memory),
            (AvroKind.Int, _) => new NumberColumn<int, IntReader>(arrow, nullBranch, memory),
            (AvroKind.Long, _) => new NumberColumn<long, LongReader>(arrow, nullBranch, memory),
            (AvroKind.Float, _) => new NumberColumn<float, FloatReader>(arrow, nullBranch, memory),
            (AvroKind.Double, _) => new NumberColumn<double, DoubleReader>(arrow, nullBranch, memory),
            (AvroKind.Bytes, Decimal128Type digits) => new DecimalColumn(digits, nullBranch, null, memory),
            (AvroKind.Fixed, Decimal128Type digits) => new DecimalColumn(digits, nullBranch, value.Size, memory),
            (AvroKind.String, StringType) or (AvroKind.Bytes, BinaryType) => new BytesColumn(arrow, nullBranch, null, memory),
            (AvroKind.Enum, _) => new BytesColumn(arrow, nullBranch, value.Symbols, memory),
            (AvroKind.Fixed, FixedSizeBinaryType bytes and not Decimal256Type) => new FixedColumn(bytes, nullBranch, memory),
            (AvroKind.Array, ListType list) => List(value, list, nullBranch, Column(value.Items!, list.ValueDataType, ElementsOf(shapes), $"{path}.element")),
            (AvroKind.Array, MapType map) => List(value, map, nullBranch, Struct(AvroMaps.EntryOf(value)!, map.KeyValueType, -1, ElementsOf(shapes), path)),
            (AvroKind.Map, MapType map) => List(value, map, nullBranch, Struct(Entry(value), map.KeyValueType, -1, ElementsOf(shapes), path)),
            (AvroKind.Record, StructType members) => Struct(value, members, nullBranch, shapes, path),
            _ => throw Refused(value, path),
        };
    }

    private ListColumn List(AvroType type, NestedType arrow, int nullBranch, ColumnDecoder items) => new(arrow, type, nullBranch, items, memory);

    private StructColumn Struct(AvroType record, StructType arrow, int nullBranch, IReadOnlyList<ColumnShape>? shapes, string path)
    {
        var columns = new ColumnDecoder?[record.Fields.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            ColumnShape[]? wanted = MembersOf(shapes, i);
            if (wanted is null || wanted.Length > 0)
                columns[i] = Column(record.Fields[i].Type, arrow.Fields[i].DataType, wanted, $"{path}.{record.Fields[i].Name}");
        }

        return new StructColumn(arrow, nullBranch, new RecordFields(record.Fields, columns), memory);
    }

    private static ColumnShape[]? MembersOf(IReadOnlyList<ColumnShape>? shapes, int index) =>
        shapes is null || shapes.Any(shape => shape is not StructShape) ? null : [.. shapes.Cast<StructShape>().SelectMany(shape => shape.ShapesOf(index))];

    private static ColumnShape[]? ElementsOf(IReadOnlyList<ColumnShape>? shapes) =>
        shapes is null || shapes.Any(shape => shape is not ListShape) ? null : [.. shapes.Cast<ListShape>().Select(shape => shape.Element)];

    /// <summary>A map's entries are encoded as records of key and value are.</summary>
    private static AvroType Entry(AvroType map) => new(AvroKind.Record) { Fields = [new("key", map.KeyId, AvroMaps.Key), new("value", map.ItemId, map.Items!)] };

    private UnsupportedFeatureException Refused(AvroType type, string path)
    {
        string what = type.Kind switch
        {
            AvroKind.Union => "a union that is not one of null and one other type",
            AvroKind.Fixed when type.Size == 0 => "a fixed of no bytes",
            AvroKind.Record => "a record of no fields",
            _ => $"a decimal of {type.Precision} digits",
        };
        return new UnsupportedFeatureException("avro.type_unsupported",
            $"Column '{path}' of '{file}' has {what} (Iceberg spec, Appendix A, \"Avro\"), which is not read. Leave the column out with --columns, or write the file again.");
    }
}
