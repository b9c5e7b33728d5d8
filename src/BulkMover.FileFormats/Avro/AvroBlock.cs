namespace BulkMover.FileFormats.Avro;

/// <summary>The records of one block, decompressed.</summary>
/// <param name="Records">How many there are; at most <see cref="AvroType.MaxValues"/>.</param>
/// <param name="Data">Their encoding; valid until the next block is read.</param>
public readonly record struct AvroBlock(long Records, ReadOnlyMemory<byte> Data);
