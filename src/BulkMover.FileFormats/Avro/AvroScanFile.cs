using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Avro.Columns;
using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Avro;

/// <summary>What the scans of one file's block runs share.</summary>
/// <param name="Store">Where the file lies.</param>
/// <param name="Location">The file.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Record">The type of its records.</param>
/// <param name="Schema">The Arrow schema that they are read as.</param>
/// <param name="Shape">From its columns to the wanted ones.</param>
/// <param name="CodecName">How blocks are compressed.</param>
/// <param name="Marker">The bytes behind each block.</param>
/// <param name="Options">How it is read.</param>
/// <param name="Allocator">Where the buffers of batches come from.</param>
internal sealed record AvroScanFile(
    IObjectStore Store, Location Location, long Bytes, AvroType Record, Schema Schema, BatchShape Shape, string CodecName, ReadOnlyMemory<byte> Marker,
    AvroReadOptions Options, MemoryAllocator Allocator)
{
    public string Name { get; } = Location.ToString();

    public AvroCodec NewCodec() => new(CodecName, Name);

    /// <exception cref="Core.Errors.UnsupportedFeatureException">A wanted column has a type that is not read.</exception>
    public RecordFields NewColumns(GrowingMemory memory) => new ColumnCompiler(Name, memory).Compile(Record, Schema, Shape);
}
