namespace BulkMover.Core.Scans;

/// <summary>What data files and delete files are read in.</summary>
public enum FileFormat
{
    Parquet,
    Avro,
}
