using System.Globalization;
using BulkMover.Datasets.Lineitem;
using ParquetSharp;

namespace BulkMover.Datasets.Deletes;

/// <summary>An Iceberg table of format version 2 with the rows of lineitem, some of them deleted.</summary>
/// <param name="Kind">How they are deleted.</param>
/// <param name="Rows">Rows in all, before any is deleted.</param>
/// <param name="Files">Data files.</param>
/// <param name="Out">The table's directory.</param>
public sealed record DeletesOptions(DeletesKind Kind, long Rows, int Files, string Out)
{
    /// <summary>Goes up when the same options give another table.</summary>
    private const int Version = 1;

    /// <summary>Orders of which each line is deleted: some 4 % of them, for keys have gaps, all over the files.</summary>
    private const int OrdersPerDeleted = 50, DeletedOrder = 7;

    public LineitemOptions Data => new(Rows, Seed: 1, Compression.Snappy, RowGroupRows: 1_000_000, Files, PageRows: 0, Path.Combine(Out, "data")) { HasFieldIds = true };

    private string RecipePath => Path.Combine(Out, "recipe.txt");

    private string Recipe => string.Create(CultureInfo.InvariantCulture, $"deletes v{Version} kind={Kind} rows={Rows} files={Files}");

    /// <summary>In SQL the live rows are those with <c>l_orderkey % 50 != 7</c>.</summary>
    public static bool IsDeleted(long orderKey) => orderKey % OrdersPerDeleted == DeletedOrder;

    /// <summary>True when the table is there and complete: the recipe is written last.</summary>
    public bool IsWritten() => File.Exists(RecipePath) && File.ReadAllText(RecipePath) == Recipe;

    public void MarkWritten() => File.WriteAllText(RecipePath, Recipe);

    public IEnumerable<string> Problems()
    {
        if (Files < 2) yield return $"--files is {Files}; it must be 2 or more.";
        if (Rows < Files) yield return $"--rows is {Rows}; it must be at least the number of files.";
    }
}

public enum DeletesKind
{
    /// <summary>A position delete file for each data file.</summary>
    Positions,

    /// <summary>One equality delete file by <c>l_orderkey</c>.</summary>
    Equality,
}
