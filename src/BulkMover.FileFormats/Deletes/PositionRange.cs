using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Deletes;

/// <summary>Rows of a data file that follow one another.</summary>
/// <param name="First">Number of the first one in the file, from 0.</param>
/// <param name="Count">How many.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PositionRange(long First, long Count);
