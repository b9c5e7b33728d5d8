namespace BulkMover.Core.Types;

/// <summary>The type mapping as data: every Arrow type has one row, and what is not here does not exist.</summary>
public static class TypeRows
{
    private const string Wall = "The source has a time of day without a zone: it is kept as UTC, so that every server shows the same time of day.";
    private const string Instant = "The instant is kept; it is shown in UTC, not in the source's zone.";

    public static IReadOnlyList<TypeRow> All { get; } =
    [
        new("null", "unknown", "void", "UNKNOWN", "String", ValueForm.OnlyNulls)
            { Difference = "The source has no type for it, only nulls; they arrive as nulls of String." },
        new("bool", "boolean", "boolean", "BOOLEAN", "Bool", ValueForm.Bit),
        new("int8", null, "byte", "INT(8, true)", "Int8", ValueForm.Same),
        new("int16", null, "short", "INT(16, true)", "Int16", ValueForm.Same),
        new("int32", "int", "integer", "INT32, INT(32, true)", "Int32", ValueForm.Same),
        new("int64", "long", "long", "INT64, INT(64, true)", "Int64", ValueForm.Same),
        new("uint8", null, null, "INT(8, false)", "UInt8", ValueForm.Same),
        new("uint16", null, null, "INT(16, false)", "UInt16", ValueForm.Same),
        new("uint32", null, null, "INT(32, false)", "UInt32", ValueForm.Same),
        new("uint64", null, null, "INT(64, false)", "UInt64", ValueForm.Same),
        new("halffloat", null, null, "FLOAT16", "Float32", ValueForm.Half),
        new("float", "float", "float", "FLOAT", "Float32", ValueForm.Same),
        new("double", "double", "double", "DOUBLE", "Float64", ValueForm.Same),
        new("decimal32", null, null, null, "Decimal({P}, {S})", ValueForm.Decimal),
        new("decimal64", null, null, null, "Decimal({P}, {S})", ValueForm.Decimal),
        new("decimal128", "decimal", "decimal", "DECIMAL", "Decimal({P}, {S})", ValueForm.Decimal),
        new("decimal256", null, null, "DECIMAL", "Decimal({P}, {S})", ValueForm.Decimal),

        new("date32", "date", "date", "DATE", "Date32", ValueForm.Same) { IsDate = true, Range = Days(1900, 2299), WideRange = Days(0, 9999) },
        new("date64", null, null, null, "Date32", ValueForm.MillisecondsToDays)
            { IsDate = true, Range = Ticks(1900, 2299, 1000), WideRange = Ticks(0, 9999, 1000) },

        // A server shows DateTime64 without a zone in its own one, so the same rows would read differently from server to server.
        .. Timestamps("s", 0, null, null, null, null, null),
        .. Timestamps("ms", 3, null, null, null, "TIMESTAMP(local, MILLIS)", "TIMESTAMP(UTC, MILLIS)"),
        .. Timestamps("us", 6, "timestamp", "timestamp_ntz", ("timestamptz", "timestamp"), "TIMESTAMP(local, MICROS)", "TIMESTAMP(UTC, MICROS)"),
        .. Timestamps("ns", 9, "timestamp_ns", null, ("timestamptz_ns", null), "TIMESTAMP(local, NANOS), INT96", "TIMESTAMP(UTC, NANOS)"),

        new("time32(s)", null, null, null, "Time", ValueForm.Same) { Range = Hours(1), WideRange = Hours(1) },
        new("time32(ms)", null, null, "TIME(MILLIS)", "Time64(3)", ValueForm.Widen) { Range = Hours(1000), WideRange = Hours(1000) },
        new("time64(us)", "time", null, "TIME(MICROS)", "Time64(6)", ValueForm.Same) { Range = Hours(1_000_000), WideRange = Hours(1_000_000) },
        new("time64(ns)", null, null, "TIME(NANOS)", "Time64(9)", ValueForm.Same) { Range = Hours(1_000_000_000), WideRange = Hours(1_000_000_000) },

        new("uuid", "uuid", null, "UUID", "UUID", ValueForm.Uuid, NullForm.NullableOrLowCardinality),
        new("fixed_size_binary", "fixed", null, "FIXED_LEN_BYTE_ARRAY", "FixedString({N})", ValueForm.Same, NullForm.NullableOrLowCardinality),
        new("binary", "binary", "binary", "BYTE_ARRAY, BSON", "String", ValueForm.Bytes, NullForm.NullableOrLowCardinality),
        new("large_binary", null, null, null, "String", ValueForm.LargeBytes, NullForm.NullableOrLowCardinality),
        new("binary_view", null, null, null, "String", ValueForm.BytesView, NullForm.NullableOrLowCardinality),
        new("string", "string", "string", "STRING, ENUM, JSON", "String", ValueForm.Bytes, NullForm.NullableOrLowCardinality),
        new("large_string", null, null, null, "String", ValueForm.LargeBytes, NullForm.NullableOrLowCardinality),
        new("string_view", null, null, null, "String", ValueForm.BytesView, NullForm.NullableOrLowCardinality),
        new("dictionary", null, null, null, "{0}", ValueForm.Dictionary),
        new("variant", "variant", "variant", "VARIANT", "String", ValueForm.Bytes, NullForm.NullableOrLowCardinality)
            { Difference = "A variant arrives as JSON text." },
        new("geometry", "geometry, geography", null, "GEOMETRY, GEOGRAPHY", "String", ValueForm.Bytes, NullForm.NullableOrLowCardinality)
            { Difference = "The values arrive as well-known binary (WKB); the column does not keep their reference system." },

        new("list", "list", "array", "LIST", "Array({0})", ValueForm.List, NullForm.Refused),
        new("large_list", null, null, null, "Array({0})", ValueForm.LargeList, NullForm.Refused),
        new("fixed_size_list", null, null, null, "Array({0})", ValueForm.FixedSizeList, NullForm.Refused),
        new("map", "map", "map", "MAP", "Map({0}, {1})", ValueForm.Map, NullForm.Refused),
        new("struct", "struct", "struct", "group, INTERVAL", "Tuple({*})", ValueForm.Struct),

        Refused("duration", null, null, null, "ClickHouse has no column type for a length of time that keeps its unit"),
        Refused("interval", null, null, null, "ClickHouse has no column type for months, days and a time in one"),
        Refused("list_view", null, null, null, "it is not read yet"),
        Refused("large_list_view", null, null, null, "it is not read yet"),
        Refused("run_end_encoded", null, null, null, "it is not read yet"),
        Refused("union", null, null, null, "it is not read yet"),
        Refused("extension", null, null, null, "what its bytes mean is not known here"),
    ];

    private static TypeRow Refused(string source, string? iceberg, string? delta, string? parquet, string why) =>
        new(source, iceberg, delta, parquet, "", ValueForm.None) { Refusal = why };

    /// <summary>The rows of one unit: without a zone, with UTC, with another zone.</summary>
    private static IEnumerable<TypeRow> Timestamps(
        string unit, int digits, string? iceberg, string? delta, (string Iceberg, string? Delta)? utc, string? parquet, string? parquetUtc)
    {
        long perSecond = (long)Math.Pow(10, digits);
        var row = new TypeRow($"timestamp({unit})", iceberg, delta, parquet, $"DateTime64({digits}, 'UTC')", ValueForm.Same)
        {
            Range = digits == 9 ? Nanoseconds() : Ticks(1900, 2299, perSecond),
            WideRange = digits == 9 ? null : Ticks(0, 9999, perSecond),
        };
        yield return row with { Difference = Wall };
        yield return row with { Source = $"timestamp({unit}, UTC)", Iceberg = utc?.Iceberg, Delta = utc?.Delta, Parquet = parquetUtc };
        yield return row with { Source = $"timestamp({unit}, zone)", Iceberg = null, Delta = null, Parquet = null, Difference = Instant };
    }

    private static ValueRange Days(int firstYear, int lastYear) =>
        new(Seconds(firstYear) / 86_400, (Seconds(lastYear + 1) / 86_400) - 1, $"{firstYear:0000}-01-01 to {lastYear}-12-31");

    private static ValueRange Ticks(int firstYear, int lastYear, long perSecond) =>
        new(Seconds(firstYear) * perSecond, (Seconds(lastYear + 1) * perSecond) - 1, $"{firstYear:0000}-01-01 to {lastYear}-12-31");

    /// <summary>The end of 64 bits comes before the end of the calendar; the wide calendar holds all of them.</summary>
    private static ValueRange Nanoseconds() =>
        new(Seconds(1900) * 1_000_000_000, long.MaxValue, "1900-01-01 to 2262-04-11 23:47:16.854775807");

    private static ValueRange Hours(long perSecond) =>
        new(-((3_600_000 * perSecond) - 1), (3_600_000 * perSecond) - 1, "less than 1000 hours");

    /// <summary>Seconds from 1970 to the start of a year of the proleptic Gregorian calendar, 0 to 10000.</summary>
    private static long Seconds(int year)
    {
        // 400 years are 146,097 days; DateTime knows the years 1 to 9999.
        long days = year is >= 1 and <= 9999
            ? new DateOnly(year, 1, 1).DayNumber
            : year == 0 ? new DateOnly(400, 1, 1).DayNumber - 146_097 : new DateOnly(year - 400, 1, 1).DayNumber + 146_097;
        return (days - new DateOnly(1970, 1, 1).DayNumber) * 86_400;
    }
}
