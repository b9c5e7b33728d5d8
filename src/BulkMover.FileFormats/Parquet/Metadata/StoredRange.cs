using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Parquet.Metadata;

/// <summary>Where a footer says that a structure lies in the file, unchecked.</summary>
/// <param name="Offset">0 when it names none.</param>
/// <param name="Bytes">0 when it does not say.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StoredRange(long Offset, long Bytes);
