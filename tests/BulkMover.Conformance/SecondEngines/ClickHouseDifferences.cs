namespace BulkMover.Conformance.SecondEngines;

/// <summary>Where the embedded ClickHouse does not read what the specifications say.</summary>
internal static class ClickHouseDifferences
{
    private const string NarrowCalendar = "Its dates end at 1900 and 2299; the formats' do not.";

    public static readonly EngineDifference[] Iceberg =
    [
        new("Unknown Iceberg type: variant", "It has no variant of version 3 (Primitive Types)."),
        new("Cannot parse Iceberg table schema both with v1 and v2 methods", "It wants schema-id, which is optional in version 1 (Table Metadata Fields)."),
        new("Can not extract empty value", "It wants fields of snapshots and manifests that are optional in version 1 (Snapshots, Manifests)."),
        new("No partition-spec in iceberg manifest file", "It wants the spec in the manifest; the manifest list has its id, and the table's metadata the spec (Manifest Lists)."),
        new("Got wrong data type for key manifest_path", "It wants Avro types to the letter; a union with null that holds no null is the same value (Avro, Schema Resolution)."),
        new("Bad metadata file name", "It wants a version in the name of the metadata file; a catalog may call it anything (Metastore Tables)."),
        new("Position deletes are supported only for parquet format", "It reads no deletion vectors (Deletion Vectors)."),
        new("filesystem error: in last_write_time", "It finds no files whose paths begin otherwise than the table's location, be it only by file:."),
        new("Not found column Breed Name in block", "It looks for a name that the file's writer had to encode; columns go by field id (Column Projection)."),
        new("is out of allowed Date32 range", NarrowCalendar),
        new(null, "It answers null or zero for identity-partitioned columns that are not in the data file; their value is the partition's (Column Projection).",
            "duckdb-hive_partitioned_table", "duckdb-partition_bigint", "duckdb-partition_decimal_bigint", "duckdb-partition_decimal_hugeint",
            "duckdb-partition_fixed_length_binary", "duckdb-partition_float", "duckdb-partition_timestamp", "duckdb-partition_timestamptz"),
        new(null, "It answers null for fields whose initial-default is theirs in older files (Default Values).", "initial_default"),
        new(null, "It cuts a time of day to seconds; it has microseconds (Primitive Types).", "type:time"),
    ];

    public static readonly EngineDifference[] Delta =
    [
        new("Unsupported Variant data type", "It has no variant (Variant Data Type)."),
        new("Unsupported Delta table type: 'void'", "It has no void, which Spark writes for a column that is always null."),
        new("Expected column type: array", "It wants a list in the checkpoint that this writer has left out (Checkpoint Schema)."),
        new("Writer features must not be present", "It refuses what only a writer must obey (Reader Requirements for Table Features)."),
        new("Failed to parse value '1' as 'decimal(12,2)'", "A partition value may have been written before the type was widened (Type Widening)."),
        new("parquet type is Tuple, requested type is Array", "It finds nested columns by place; they go by their physical name or id (Column Mapping)."),
        new("INT96 timestamp out of range", NarrowCalendar),
        new("is out of allowed Date32 range", NarrowCalendar),
        new(null, "It answers null for fields that have an id or a physical name of their own (Column Mapping).",
            "duckdbh-column_mapping_id_mode_nested_struct", "dremio-columnMappingNestedTypes", "dremio-columnMappingConvertedIceberg"),
        new(null, "It answers other numbers for partition values of decimals above 18 digits (Partition Value Serialization).",
            "dat02-multi_partitioned_2", "trino-deltalake-partition_values_parsed_all_types"),
    ];

    public static readonly EngineDifference[] Parquet =
    [
        new("Unexpected logical/converted type", "It refuses what it does not know; values then are those of the physical type, or always null (LogicalTypes.md)."),
        new("precision or scale is too big", "We refuse it too: nothing has more than 76 digits."),
        new("Malformed snappy compressed page", "An empty page of version 2 has nothing to decompress."),
        new("TTransportException: No more data to read", "It reads on for a page behind the last one of a chunk whose num_values are complete."),
        new("is out of allowed Date32 range", NarrowCalendar),
        new(null, "It answers zeros for decimals of few digits that are stored in wider physical types, and may die of them (LogicalTypes.md, DECIMAL).",
            "velox-decimal_no_ColumnMetadata", "duckdb-bug10148-wide-decimal-stats", "pdotnet-decimals_with_precision_but_no_scale"),
        new(null, "It takes groups called array or …_tuple for the list's own level; they are the elements (LogicalTypes.md, Lists).",
            "impala-parquet_nested_types_encodings-AvroSingleFieldGroupInList", "impala-parquet_nested_types_encodings-ThriftSingleFieldGroupInList"),
        new(null, "It shows the groups of a map without values; that is the set of its keys (LogicalTypes.md, Maps).", "pt-map_no_value"),
        new(null, "It takes a converted type of the future for a column of nulls.", "drill-nullable_interval_dictionary"),
        new(null, "It shows what a variant is stored as (VariantEncoding.md).", "type:GROUP/VARIANT"),
        new(null, "It shows the bytes of an interval (LogicalTypes.md, INTERVAL).", "type:FLBA/ct:INTERVAL"),
        new(null, "It orders partition columns by name, we as in the path; no specification says.", "duckdb-hive-simple"),
        new(null, "A column of the file that differs only in case from one in the path is a column of its own for it.", "duckdb-hive-ci-column-names"),
    ];
}
