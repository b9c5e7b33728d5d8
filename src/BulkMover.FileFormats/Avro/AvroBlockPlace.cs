using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Avro;

/// <summary>Where a block lies.</summary>
/// <param name="Offset">Where its count of records begins, in bytes.</param>
/// <param name="Bytes">From there to the end of its marker.</param>
/// <param name="Records">How many it claims.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AvroBlockPlace(long Offset, int Bytes, long Records);
