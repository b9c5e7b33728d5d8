namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>What the header of a data page says about its values.</summary>
/// <param name="Values">Nulls included; rows, where nothing is repeated.</param>
/// <param name="Bytes">After decompression.</param>
/// <param name="IsOfDictionary">The values are numbers of dictionary entries.</param>
/// <param name="HasPrefixes">A value may be the beginning of the one before it and some bytes more (DELTA_BYTE_ARRAY).</param>
internal readonly record struct DataPage(long Values, long Bytes, bool IsOfDictionary, bool HasPrefixes);
