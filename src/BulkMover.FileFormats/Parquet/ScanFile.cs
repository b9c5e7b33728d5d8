using Apache.Arrow.Memory;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Parquet;

/// <summary>What the scans of one file's row groups share.</summary>
/// <param name="Store">Where the file lies.</param>
/// <param name="Location">The file.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Version">As <see cref="IRangeReader.Version"/>, of the object that its footer was read from.</param>
/// <param name="Shape">From its columns to the wanted ones.</param>
/// <param name="Options">How it is read.</param>
/// <param name="Allocator">Where the buffers of columns come from of which no file has anything.</param>
/// <param name="Slabs">Where fetched bytes lie, and the other buffers.</param>
internal sealed record ScanFile(
    IObjectStore Store, Location Location, long Bytes, string? Version, BatchShape Shape, ParquetReadOptions Options, MemoryAllocator Allocator, SlabPool Slabs);
