using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet.Pruning;

/// <summary>A row group that may hold wanted rows.</summary>
/// <param name="Index">Its number in the file.</param>
/// <param name="RowGroup">It, or what is left of it without some of its pages.</param>
internal sealed record KeptRowGroup(int Index, ParquetRowGroup RowGroup);
