namespace BulkMover.Conformance;

/// <summary>Tables for which the index does not say what is right to expect; each with the reason.</summary>
internal static class Exceptions
{
    /// <summary>
    /// Their content by the specification, where the engines that answered leave it. The groups named <c>array</c> and <c>…_tuple</c>, and
    /// those without an annotation, are the elements themselves (LogicalTypes.md, "Lists", backward-compatibility rules); the logical type
    /// STRING is text also without the old UTF8 beside it.
    /// </summary>
    public static readonly Dictionary<string, string[]> AnswersBySpecification = new(StringComparer.Ordinal)
    {
        ["impala-parquet_nested_types_encodings-AvroSingleFieldGroupInList"] = ["""{"single_element_groups":[{"count":1234},{"count":2345}]}"""],
        ["impala-parquet_nested_types_encodings-ThriftSingleFieldGroupInList"] = ["""{"single_element_groups":[{"count":1234},{"count":2345}]}"""],
        ["velox-nested_array_struct"] =
        [
            """{"primitive":2,"myComplex":[{"id":1,"repeatedMessage":[{"someId":3}]}]}""",
            """{"primitive":5,"myComplex":[{"id":4,"repeatedMessage":[{"someId":6}]}]}""",
            """{"primitive":8,"myComplex":[{"id":7,"repeatedMessage":[{"someId":9}]}]}""",
        ],
        ["hyparquet-strings"] =
        [
            """{"bytes":"0x616c706861","c_utf8":"alpha","l_utf8":"alpha"}""",
            """{"bytes":"0x627261766f","c_utf8":"bravo","l_utf8":"bravo"}""",
            """{"bytes":"0x636861726c6965","c_utf8":"charlie","l_utf8":"charlie"}""",
            """{"bytes":"0x64656c7461","c_utf8":"delta","l_utf8":"delta"}""",
        ],
    };

    /// <summary>Lines of answers, and what stands there by the specification: DuckDB keeps instants in microseconds, variants have nanoseconds too.</summary>
    public static readonly Dictionary<(string Name, string Line), string> LinesBySpecification = new()
    {
        [("duckdb-variant_shredded_timestamp_nanos_tz_negative", """{"id":1,"var":"1957-11-07 12:33:54.123457+00"}""")] =
            """{"id":1,"var":"1957-11-07 12:33:54.123456789+00"}""",
        [("duckdb-variant_partial_shredded13", """{"id":41,"var":"2024-11-07 12:33:54.123456+00"}""")] =
            """{"id":41,"var":"2024-11-07 12:33:54.123456789+00"}""",
        [("duckdb-variant_partial_shredded13", """{"id":42,"var":"1957-11-07 12:33:54.123457+00"}""")] =
            """{"id":42,"var":"1957-11-07 12:33:54.123456789+00"}""",
        [("duckdb-variant_partial_shredded16", """{"id":41,"var":"2024-11-07 12:33:54.123456+00"}""")] =
            """{"id":41,"var":"2024-11-07 12:33:54.123456789+00"}""",
        [("duckdb-variant_partial_shredded16", """{"id":42,"var":"1957-11-07 12:33:54.123457+00"}""")] =
            """{"id":42,"var":"1957-11-07 12:33:54.123456789+00"}""",
    };

    /// <summary>
    /// Their one data file, whose content is theirs. It has no field ids, and there is no name mapping: to the letter of the Iceberg spec all
    /// columns are null, as the answer has them, but the reference implementation and Impala find the columns by their place.
    /// </summary>
    public static readonly Dictionary<string, string> ContentOfDataFile = new(StringComparer.Ordinal) { ["impala-airports_parquet"] = "000000_0" };

    /// <summary>Some of their files lie in the folder of another entry, or nowhere: that must be said, and no rows read.</summary>
    public static readonly HashSet<string> FilesAreElsewhere = new(StringComparer.Ordinal)
    {
        "icxx-partitioned_table_with_multiple_spec",
        "icxx-partitioned_table_with_void_transform",
        "impala-iceberg_multiple_storage_locations",
    };

    /// <summary>
    /// Dictionary indices of zero bits for a dictionary of one value are what arrow-rs, Polars and parquet-java write for every constant
    /// column; all engines read them, and so must we.
    /// </summary>
    public static readonly HashSet<string> ReadThoughCalledBroken = new(StringComparer.Ordinal) { "pt-bad_data-ARROW-GH-43605" };

    /// <summary>
    /// Their log contradicts their rows: a minimum above a value; no nulls in a column that the files lack; dates counted in the Julian
    /// calendar in the files and in the Gregorian one in the log. A filter that trusts the log must lose rows.
    /// </summary>
    public static readonly HashSet<string> StatisticsAreWrong = new(StringComparer.Ordinal)
    {
        "drs-issue_1374",
        "krs-parsed-stats",
        "trino-databricks73-old_dates",
    };
}
