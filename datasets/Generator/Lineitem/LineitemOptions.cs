using System.Globalization;
using ParquetSharp;

namespace BulkMover.Datasets.Lineitem;

/// <summary>What to generate. The rows depend on <see cref="Rows"/> and <see cref="Seed"/> alone; the rest says how they lie on disk.</summary>
/// <param name="Rows">Rows in all files together.</param>
/// <param name="Seed">The same seed gives the same rows.</param>
/// <param name="Codec">How pages are compressed.</param>
/// <param name="RowGroupRows">Rows in a row group; a file's last one may have fewer.</param>
/// <param name="Files">How many files.</param>
/// <param name="PageRows">Rows in a page, with a page index; 0 for pages bounded by their bytes alone, without one.</param>
/// <param name="Out">The file; a directory of <c>part-00000.parquet</c>, … when there is more than one file.</param>
public sealed record LineitemOptions(long Rows, long Seed, Compression Codec, int RowGroupRows, int Files, int PageRows, string Out)
{
    /// <summary>Goes up when the same options give other rows, so that older files are not taken for right ones.</summary>
    private const int Version = 1;

    /// <summary>Columns have field ids, from 1 in their order, by which Iceberg finds them.</summary>
    public bool HasFieldIds { get; init; }

    /// <summary>Written into each file's footer: a file with the same recipe needs no writing.</summary>
    public string RecipeOf(int file) => string.Create(
        CultureInfo.InvariantCulture,
        $"lineitem v{Version} rows={Rows} seed={Seed} codec={Codec} row-group-rows={RowGroupRows} file={file + 1}/{Files}{(PageRows > 0 ? " page-rows=" + PageRows : "")}{(HasFieldIds ? " field-ids" : "")}");

    public string PathOf(int file) =>
        Files == 1 ? Out : Path.Combine(Out, string.Create(CultureInfo.InvariantCulture, $"part-{file:D5}.parquet"));

    /// <summary>Rows of one file: as even as whole rows allow.</summary>
    public long RowsOf(int file) => (Rows / Files) + (file < Rows % Files ? 1 : 0);

    public IEnumerable<string> Problems()
    {
        if (Rows < 1) yield return $"--rows is {Rows}; it must be 1 or more.";
        if (RowGroupRows < 1) yield return $"--row-group-rows is {RowGroupRows}; it must be 1 or more.";
        if (PageRows is < 0 or > LineitemSlice.MaxRows) yield return $"--page-rows is {PageRows}; it must be from 0 to {LineitemSlice.MaxRows}.";
        if (Files < 1 || Files > Rows) yield return $"--files is {Files}; it must be from 1 to the number of rows.";
    }
}
