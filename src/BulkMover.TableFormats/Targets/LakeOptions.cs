using BulkMover.FileFormats.Parquet.Writing;

namespace BulkMover.TableFormats.Targets;

/// <summary>How data files of a lake's table are written.</summary>
public sealed record LakeOptions
{
    /// <summary>Codec, sizes, dictionaries, statistics.</summary>
    public ParquetWriteOptions Parquet { get; init; } = new();

    /// <summary>
    /// By what files are kept apart: names of columns, for Iceberg also transforms of them, as <c>day(time)</c>. Null for as the table is, or for a new one
    /// as the source where the format can.
    /// </summary>
    public IReadOnlyList<string>? PartitionBy { get; init; }
}
