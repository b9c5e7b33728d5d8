using Apache.Arrow;
using BulkMover.Core.Types;

namespace BulkMover.FileFormats.Shaping;

/// <summary>Where one column of the result comes from: the file, a constant, or nothing, which means nulls.</summary>
/// <param name="Field">The column in the result.</param>
/// <param name="FileColumn">Index of the top-level column in the file's schema; null when it is not read from the file.</param>
/// <param name="Shape">How the file's column is turned.</param>
/// <param name="Required">Set when the table wants no nulls and the file may have some.</param>
/// <param name="Constant">The value of every row where the file has none: given by the metadata, or the field's default.</param>
internal sealed record BatchColumn(Field Field, int? FileColumn, ColumnShape? Shape, RequiredCheck? Required, Scalar? Constant);
