using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet.Metadata;

/// <summary>Parses the structs <c>SchemaElement</c> and <c>LogicalType</c> (parquet.thrift).</summary>
/// <exception cref="ThriftException">The bytes are not such structs.</exception>
internal static class SchemaParser
{
    public static List<SchemaElement> ParseList(ref CompactReader reader, CompactType listType)
    {
        var elements = new List<SchemaElement>();
        for (int count = reader.ListOfStructs(listType); count > 0; count--)
            elements.Add(Element(ref reader));
        return elements;
    }

    private static SchemaElement Element(ref CompactReader reader)
    {
        string? name = null;
        int? physical = null, length = null, children = null, converted = null, scale = null, precision = null, fieldId = null;
        int repetition = 0;
        LogicalType? logical = null;
        int id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (id)
            {
                case 1: physical = reader.Int32(type); break;
                case 2: length = reader.Int32(type); break;
                case 3: repetition = reader.Int32(type); break;
                case 4: name = reader.String(type); break;
                case 5: children = reader.Int32(type); break;
                case 6: converted = reader.Int32(type); break;
                case 7: scale = reader.Int32(type); break;
                case 8: precision = reader.Int32(type); break;
                case 9: fieldId = reader.Int32(type); break;
                case 10: logical = Logical(ref reader, type); break;
                default: reader.Skip(type); break;
            }
        }

        if (physical is < 0 or > (int)PhysicalType.FixedLenByteArray)
            throw new ThriftException($"column '{name}' has physical type {physical}, which does not exist");
        if (repetition is < 0 or > (int)Repetition.Vector)
            throw new ThriftException($"column '{name}' has repetition {repetition}, which does not exist");
        return new SchemaElement
        {
            Name = name ?? throw new ThriftException("a schema element has no name"),
            Type = (PhysicalType?)physical,
            TypeLength = length,
            Repetition = (Repetition)repetition,
            ChildCount = children,
            Converted = (ConvertedType?)converted,
            Scale = scale,
            Precision = precision,
            FieldId = fieldId,
            Logical = logical,
        };
    }

    private static LogicalType? Logical(ref CompactReader reader, CompactType unionType)
    {
        CompactReader.ExpectStruct(unionType);
        LogicalType? logical = null;
        int kind = 0;
        while (reader.NextField(ref kind, out CompactType type))
        {
            CompactReader.ExpectStruct(type);
            logical = Parameters(ref reader, (LogicalTypeKind)kind);
        }

        return logical;
    }

    private static LogicalType Parameters(ref CompactReader reader, LogicalTypeKind kind)
    {
        var logical = new LogicalType(kind);
        int id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (kind, id)
            {
                case (LogicalTypeKind.Decimal, 1): logical = logical with { Scale = reader.Int32(type) }; break;
                case (LogicalTypeKind.Decimal, 2): logical = logical with { Precision = reader.Int32(type) }; break;
                case (LogicalTypeKind.Time or LogicalTypeKind.Timestamp, 1):
                    logical = logical with { IsAdjustedToUtc = CompactReader.Boolean(type) };
                    break;
                case (LogicalTypeKind.Time or LogicalTypeKind.Timestamp, 2): logical = logical with { UnitId = Unit(ref reader, type) }; break;
                case (LogicalTypeKind.Integer, 1): logical = logical with { BitWidth = reader.Int32(type) }; break;
                case (LogicalTypeKind.Integer, 2): logical = logical with { IsSigned = CompactReader.Boolean(type) }; break;
                case (LogicalTypeKind.Variant, 1): logical = logical with { Version = reader.Int32(type) }; break;
                case (LogicalTypeKind.Geometry or LogicalTypeKind.Geography, 1): logical = logical with { Crs = reader.String(type) }; break;
                case (LogicalTypeKind.Geography, 2): logical = logical with { EdgesId = reader.Int32(type) }; break;
                default: reader.Skip(type); break;
            }
        }

        return logical;
    }

    private static int Unit(ref CompactReader reader, CompactType unionType)
    {
        CompactReader.ExpectStruct(unionType);
        int unit = 0;
        int id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            unit = id;
            reader.Skip(type);
        }

        return unit;
    }
}
