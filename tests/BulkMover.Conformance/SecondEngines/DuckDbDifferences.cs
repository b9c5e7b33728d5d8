namespace BulkMover.Conformance.SecondEngines;

/// <summary>Where DuckDB does not read what the Parquet specification says.</summary>
internal static class DuckDbDifferences
{
    public static readonly EngineDifference[] Parquet =
    [
        new("Unsupported compression codec \"LZ4\"", "It does not read the old LZ4, of which there are two framings (Compression.md, LZ4)."),
        new("MAP_KEY_VALUE requires two children", "A map may have no values (LogicalTypes.md, Maps)."),
        new("DECIMAL requires a length and scale specifier", "A scale that is missing is zero (LogicalTypes.md, DECIMAL)."),
        new("BYTE_STREAM_SPLIT encoding is only supported for FLOAT or DOUBLE data", "It is for fixed binary too (Encodings.md, Byte Stream Split)."),
        new("It does not say why", "Variants and geometries do not leave it as Arrow."),
        new(null, "It has intervals of microseconds, which are no struct of three numbers.", "type:FLBA/ct:INTERVAL"),
        new(null, "It takes groups called array or …_tuple, and those without an annotation, for the list's own level; they are the elements (LogicalTypes.md, Lists).",
            "impala-parquet_nested_types_encodings-AvroSingleFieldGroupInList", "impala-parquet_nested_types_encodings-ThriftSingleFieldGroupInList",
            "velox-nested_array_struct"),
        new(null, "It renames a column whose name differs only in case from another.", "pdotnet-thrift-breaking-spec-2024"),
        new(null, "It orders partition columns by name, we as in the path; no specification says.", "duckdb-hive-simple"),
    ];
}
