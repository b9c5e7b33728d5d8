using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;

namespace BulkMover.FileFormats.Shaping;

/// <summary>Names the file and the column in errors.</summary>
/// <param name="File">The file.</param>
/// <param name="Column">The column, with the fields above it.</param>
internal sealed record ShapeContext(string File, string Column)
{
    public ShapeContext Below(string field) => this with { Column = $"{Column}.{field}" };

    public RequiredCheck Required() => new(File, Column);

    public CorruptTableException TypesDiffer(IArrowType from, Field to) => new("file.type_mismatch",
        $"Column '{Column}' has type {Describe(from)} in '{File}' and {SourceType.Describe(to)} in the table, and the one cannot be read as the other.");

    public ValueOutOfRangeException OutOfRange(string? value, IArrowType type) => new("file.value_out_of_range",
        $"Column '{Column}' of '{File}' has the stored value {value}, which has no equal in the table's type {Describe(type)}.");

    private static string Describe(IArrowType type) => SourceType.Describe(new Field("", type, true));
}
