using System.Collections.Frozen;
using BulkMover.FileFormats.Avro;

namespace BulkMover.TableFormats.Iceberg.Manifests;

/// <summary>
/// Which field of the specification an Avro field is: the one that its id says. Some writers leave the ids out (ClickHouse does); there the
/// specification's name decides. Names alone would not do: those of the file counts have changed between versions.
/// </summary>
internal static class ManifestFields
{
    private static readonly FrozenDictionary<string, int> InManifestList = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["manifest_path"] = 500, ["manifest_length"] = 501, ["partition_spec_id"] = 502, ["content"] = 517, ["sequence_number"] = 515,
        ["min_sequence_number"] = 516, ["added_snapshot_id"] = 503, ["partitions"] = 507,
        ["added_files_count"] = 504, ["existing_files_count"] = 505, ["deleted_files_count"] = 506,
        ["added_data_files_count"] = 504, ["existing_data_files_count"] = 505, ["deleted_data_files_count"] = 506,
        ["added_rows_count"] = 512, ["existing_rows_count"] = 513, ["deleted_rows_count"] = 514, ["key_metadata"] = 519, ["first_row_id"] = 520,
        ["contains_null"] = 509, ["contains_nan"] = 518, ["lower_bound"] = 510, ["upper_bound"] = 511,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, int> InManifest = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["status"] = 0, ["snapshot_id"] = 1, ["data_file"] = 2, ["sequence_number"] = 3, ["file_sequence_number"] = 4,
        ["content"] = 134, ["file_path"] = 100, ["file_format"] = 101, ["partition"] = 102, ["record_count"] = 103,
        ["file_size_in_bytes"] = 104, ["null_value_counts"] = 110, ["lower_bounds"] = 125, ["upper_bounds"] = 128,
        ["equality_ids"] = 135, ["referenced_data_file"] = 143, ["content_offset"] = 144, ["content_size_in_bytes"] = 145, ["first_row_id"] = 142,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The id of a field of <c>manifest_file</c> or <c>field_summary</c>; -1 for one that is not read.</summary>
    public static int IdInManifestList(this AvroField field) => field.FieldId ?? InManifestList.GetValueOrDefault(field.Name, -1);

    /// <summary>The id of a field of <c>manifest_entry</c> or <c>data_file</c>; -1 for one that is not read.</summary>
    public static int IdInManifest(this AvroField field) => field.FieldId ?? InManifest.GetValueOrDefault(field.Name, -1);
}
