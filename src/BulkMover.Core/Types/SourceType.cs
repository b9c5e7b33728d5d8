using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.Core.Types;

/// <summary>The names of Arrow types: the one that chooses a <see cref="TypeRow"/>, and the full one for people.</summary>
public static class SourceType
{
    /// <summary>Key in field metadata of the name of an extension type (Arrow columnar format, "Extension Types").</summary>
    public const string ExtensionNameKey = "ARROW:extension:name";

    /// <summary>The canonical extension for UUIDs: 16 bytes, most significant first.</summary>
    public const string UuidExtension = "arrow.uuid";

    /// <summary>The canonical extension for JSON: its storage is the text itself.</summary>
    public const string JsonExtension = "arrow.json";

    /// <summary>The storage type of an extension type, any other type itself.</summary>
    public static IArrowType Storage(IArrowType type) => type is ExtensionType extension ? extension.StorageType : type;

    /// <summary>The row's name: <see cref="TypeRow.Source"/>.</summary>
    public static string RowName(Field field)
    {
        string? extension = ExtensionName(field);
        IArrowType storage = Storage(field.DataType);
        return extension switch
        {
            null => RowName(storage),
            _ when field.IsVariant() => "variant",
            _ when field.IsGeo() => "geometry",
            UuidExtension when storage is FixedSizeBinaryType { ByteWidth: 16, TypeId: ArrowTypeId.FixedSizedBinary } => "uuid",
            JsonExtension when RowName(storage) is "string" or "large_string" or "string_view" => RowName(storage),
            _ => "extension",
        };
    }

    /// <summary>The type with its parameters and children: <c>list&lt;decimal128(15, 2)&gt;</c>.</summary>
    public static string Describe(Field field) => RowName(field) switch
    {
        "uuid" => "uuid",
        "variant" => "variant",
        "geometry" => GeoType.Describe(field),
        "extension" => $"extension {ExtensionName(field)}",
        _ => Describe(Storage(field.DataType)),
    };

    private static string? ExtensionName(Field field) =>
        field.DataType is ExtensionType extension ? extension.Name : ExtensionMarks.ExtensionName(field);

    private static string RowName(IArrowType type) => type switch
    {
        TimestampType { Timezone: null or "" } timestamp => $"timestamp({Unit(timestamp.Unit)})",
        TimestampType timestamp => $"timestamp({Unit(timestamp.Unit)}, {(IsUtc(timestamp.Timezone) ? "UTC" : "zone")})",
        Time32Type time => $"time32({Unit(time.Unit)})",
        Time64Type time => $"time64({Unit(time.Unit)})",
        _ => Names.GetValueOrDefault(type.TypeId, "extension"),
    };

    private static string Describe(IArrowType type) => type switch
    {
        TimestampType { Timezone: { Length: > 0 } zone } timestamp => $"timestamp({Unit(timestamp.Unit)}, {zone})",
        DurationType duration => $"duration({Unit(duration.Unit)})",
        Decimal32Type d => $"decimal32({d.Precision}, {d.Scale})",
        Decimal64Type d => $"decimal64({d.Precision}, {d.Scale})",
        Decimal128Type d => $"decimal128({d.Precision}, {d.Scale})",
        Decimal256Type d => $"decimal256({d.Precision}, {d.Scale})",
        FixedSizeBinaryType binary => string.Create(CultureInfo.InvariantCulture, $"fixed_size_binary({binary.ByteWidth})"),
        DictionaryType dictionary => $"dictionary<{Describe(dictionary.IndexType)}, {Describe(dictionary.ValueType)}>",
        ListType list => $"list<{Describe(list.ValueField)}>",
        LargeListType list => $"large_list<{Describe(list.ValueField)}>",
        FixedSizeListType list => $"fixed_size_list<{Describe(list.ValueField)}, {list.ListSize}>",
        MapType map => $"map<{Describe(map.KeyField)}, {Describe(map.ValueField)}>",
        StructType structure => $"struct<{string.Join(", ", structure.Fields.Select(field => $"{field.Name}: {Describe(field)}"))}>",
        _ => RowName(type),
    };

    private static bool IsUtc(string zone) => zone is "UTC" or "Etc/UTC" or "Z" or "+00:00" or "GMT";

    private static string Unit(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => "s",
        TimeUnit.Millisecond => "ms",
        TimeUnit.Microsecond => "us",
        _ => "ns",
    };

    private static readonly Dictionary<ArrowTypeId, string> Names = new()
    {
        [ArrowTypeId.Null] = "null",
        [ArrowTypeId.Boolean] = "bool",
        [ArrowTypeId.Int8] = "int8",
        [ArrowTypeId.Int16] = "int16",
        [ArrowTypeId.Int32] = "int32",
        [ArrowTypeId.Int64] = "int64",
        [ArrowTypeId.UInt8] = "uint8",
        [ArrowTypeId.UInt16] = "uint16",
        [ArrowTypeId.UInt32] = "uint32",
        [ArrowTypeId.UInt64] = "uint64",
        [ArrowTypeId.HalfFloat] = "halffloat",
        [ArrowTypeId.Float] = "float",
        [ArrowTypeId.Double] = "double",
        [ArrowTypeId.Decimal32] = "decimal32",
        [ArrowTypeId.Decimal64] = "decimal64",
        [ArrowTypeId.Decimal128] = "decimal128",
        [ArrowTypeId.Decimal256] = "decimal256",
        [ArrowTypeId.Date32] = "date32",
        [ArrowTypeId.Date64] = "date64",
        [ArrowTypeId.FixedSizedBinary] = "fixed_size_binary",
        [ArrowTypeId.Binary] = "binary",
        [ArrowTypeId.LargeBinary] = "large_binary",
        [ArrowTypeId.BinaryView] = "binary_view",
        [ArrowTypeId.String] = "string",
        [ArrowTypeId.LargeString] = "large_string",
        [ArrowTypeId.StringView] = "string_view",
        [ArrowTypeId.Dictionary] = "dictionary",
        [ArrowTypeId.List] = "list",
        [ArrowTypeId.LargeList] = "large_list",
        [ArrowTypeId.FixedSizeList] = "fixed_size_list",
        [ArrowTypeId.Map] = "map",
        [ArrowTypeId.Struct] = "struct",
        [ArrowTypeId.Duration] = "duration",
        [ArrowTypeId.Interval] = "interval",
        [ArrowTypeId.ListView] = "list_view",
        [ArrowTypeId.LargeListView] = "large_list_view",
        [ArrowTypeId.RunEndEncoded] = "run_end_encoded",
        [ArrowTypeId.Union] = "union",
    };
}
