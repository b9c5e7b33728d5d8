using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Parquet.Metadata;

/// <summary>Bytes of a column chunk that stay when pages are left out (parquet.thrift, <c>PageLocation</c>).</summary>
/// <param name="Offset">In the file.</param>
/// <param name="Bytes">With the page's header.</param>
/// <param name="Rows">Rows of the data page; 0 for what lies before the first one: the dictionary.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PageLocation(long Offset, long Bytes, long Rows);
