using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet.Metadata;

/// <summary>Parses the struct <c>FileMetaData</c> (parquet.thrift). What the numbers say is checked elsewhere.</summary>
/// <exception cref="ThriftException">The bytes are not such a struct.</exception>
internal static class FooterParser
{
    public static FileMetadata Parse(ReadOnlyMemory<byte> bytes)
    {
        var reader = new CompactReader(bytes.Span);
        ReadOnlyMemory<byte>? schema = null;
        List<ParquetRowGroup>? rowGroups = null;
        List<KeyValuePair<string, string?>> keyValues = [];
        List<ColumnOrder> orders = [];
        string? createdBy = null;
        bool encrypted = false;
        int id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (id)
            {
                case 2: schema = bytes[reader.SkipList(type)]; break;
                case 4: rowGroups = RowGroups(ref reader, type, bytes); break;
                case 5: keyValues = KeyValues(ref reader, type); break;
                case 6: createdBy = reader.String(type); break;
                case 7: orders = Orders(ref reader, type); break;
                case 8:
                    encrypted = true;
                    reader.Skip(type);
                    break;
                default: reader.Skip(type); break;
            }
        }

        return new FileMetadata
        {
            SchemaElements = schema ?? throw new ThriftException("the footer has no schema"),
            RowGroups = rowGroups ?? throw new ThriftException("the footer has no row_groups"),
            KeyValues = keyValues,
            CreatedBy = createdBy,
            ColumnOrders = orders,
            IsEncrypted = encrypted || rowGroups.Exists(rowGroup => rowGroup.Columns.Any(chunk => chunk.IsEncrypted)),
        };
    }

    private static List<ParquetRowGroup> RowGroups(ref CompactReader reader, CompactType listType, ReadOnlyMemory<byte> bytes)
    {
        var rowGroups = new List<ParquetRowGroup>();
        for (int count = reader.ListOfStructs(listType); count > 0; count--)
        {
            List<ParquetColumnChunk>? columns = null;
            long? rows = null;
            int id = 0;
            while (reader.NextField(ref id, out CompactType type))
            {
                switch (id)
                {
                    case 1: columns = ColumnChunkParser.ParseList(ref reader, type, bytes); break;
                    case 3: rows = reader.Int64(type); break;
                    default: reader.Skip(type); break;
                }
            }

            rowGroups.Add(new ParquetRowGroup(
                rows ?? throw new ThriftException("a row group has no num_rows"),
                columns ?? throw new ThriftException("a row group has no columns")));
        }

        return rowGroups;
    }

    private static List<KeyValuePair<string, string?>> KeyValues(ref CompactReader reader, CompactType listType)
    {
        var pairs = new List<KeyValuePair<string, string?>>();
        for (int count = reader.ListOfStructs(listType); count > 0; count--)
        {
            string key = "";
            string? value = null;
            int id = 0;
            while (reader.NextField(ref id, out CompactType type))
            {
                switch (id)
                {
                    case 1: key = reader.String(type); break;
                    case 2: value = reader.String(type); break;
                    default: reader.Skip(type); break;
                }
            }

            pairs.Add(new(key, value));
        }

        return pairs;
    }

    private static List<ColumnOrder> Orders(ref CompactReader reader, CompactType listType)
    {
        var orders = new List<ColumnOrder>();
        for (int count = reader.ListOfStructs(listType); count > 0; count--)
        {
            var order = ColumnOrder.Undefined;
            int id = 0;
            while (reader.NextField(ref id, out CompactType type))
            {
                order = Enum.IsDefined((ColumnOrder)id) ? (ColumnOrder)id : ColumnOrder.Undefined;
                reader.Skip(type);
            }

            orders.Add(order);
        }

        return orders;
    }
}
