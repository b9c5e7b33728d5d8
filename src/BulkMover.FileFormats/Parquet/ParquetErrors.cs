using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.FileFormats.Parquet;

/// <summary>The errors of this folder, worded alike.</summary>
internal static class ParquetErrors
{
    public static CorruptTableException Corrupt(string reason, string name, string what, Exception? inner = null) =>
        new($"parquet.{reason}", $"'{name}' is not a valid Parquet file: {what}. Restore the file or write it again.", inner);

    public static CorruptTableException Footer(Location file, string what, Exception? inner = null) =>
        Corrupt("footer_corrupt", file.ToString(), what, inner);

    public static UnsupportedFeatureException BitPackedLevels(string name, string column) => new("parquet.feature_unsupported",
        $"'{name}' has levels in BIT_PACKED in column '{column}' ({ParquetFeatures.All["levels in BIT_PACKED"].Specification}): {ParquetFeatures.All["levels in BIT_PACKED"].Why}.");

    public static UnsupportedFeatureException OptionalKeys(string column) => new("parquet.feature_unsupported",
        $"Column '{column}' is the key of a map and optional (LogicalTypes.md, Maps), and its codec or encoding is read with required keys only. Leave it out with --columns, or write it again.");

    public static UnsupportedFeatureException Encrypted(Location file) => new("parquet.feature_unsupported",
        $"'{file}' is encrypted ({ParquetFeatures.All["encryption"].Specification}), which is not read yet. Decrypt it first.");
}
