using Apache.Arrow;
using BulkMover.Core.Scans;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Targets;

/// <summary>How rows are written for a table, as its format says.</summary>
/// <param name="Schema">
/// Fields of the rows in the request's order, with the types that the format has: the rows are converted to them. Fields carry their id
/// (<see cref="Core.Types.FieldIds"/>) at every level where the format has ids, and the name that data files have them under (<see cref="Core.Types.PhysicalNames"/>) where that
/// is another one. Behind them those of <see cref="Filled"/>.
/// </param>
/// <param name="Partitions">By which files are kept apart; empty when they are not.</param>
/// <param name="Columns">How each column arrives, for people.</param>
/// <param name="Steps">What will be done to the table, for people.</param>
/// <param name="Notes">What the user should know; whole sentences.</param>
internal sealed record TableWrite(
    Schema Schema, IReadOnlyList<PartitionColumn> Partitions, IReadOnlyList<ColumnPlan> Columns, IReadOnlyList<string> Steps, IReadOnlyList<string> Notes)
{
    /// <summary>Data files lack columns whose value the partition tells (Delta, Hive).</summary>
    public bool LeavesPartitionColumnsOut { get; init; }

    /// <summary>How readers of the table find columns in its files; with ids, those of files that have none by the names in a name mapping.</summary>
    public ColumnMatching Matching { get; init; } = ColumnMatching.Name;

    /// <summary>Ids that only these have in files: the table's columns and members of structs, those that the rows lack included. Empty where what lists and maps hold has ids too, or none count.</summary>
    public IReadOnlySet<int> ColumnIds { get; init; } = new HashSet<int>();

    /// <summary>False when the columns of files without ids would not be found: by ids alone, or by a name mapping that leads elsewhere.</summary>
    public bool AdoptsFilesWithoutIds { get; init; } = true;

    /// <summary>
    /// Decimals are in files in the smallest type for their digits (Iceberg spec, "Parquet"), and ClickHouse finds zeros in others. It and all others take the fewest bytes also for few
    /// digits, which is how Arrow writes them, and PyIceberg with it.
    /// </summary>
    public bool HasSmallestDecimals { get; init; }

    /// <summary>Columns that a file lacks are null for all readers of the table.</summary>
    public bool FillsMissingColumns { get; init; }

    /// <summary>Columns that the rows lack and files have: every row has the same in them, their default (<see cref="InitialDefaults"/>) or null.</summary>
    public IReadOnlyList<Field> Filled { get; init; } = [];

    /// <summary>The table's metadata tell of each file what is in its columns and where its row groups begin.</summary>
    public bool KeepsMetrics { get; init; } = true;

    /// <summary>How deleted rows of adopted files are kept; null where the table cannot keep them.</summary>
    public IDeletesWriter? Deletes { get; init; }

    /// <summary>Throws for a value that the table cannot keep as a partition's, before a file of that partition is begun. Null when it keeps all.</summary>
    public Action<PartitionColumn, Scalar>? CheckPartition { get; init; }

    /// <summary>
    /// Text by which the commit finds what this plan has settled, such as new field ids; kept in the ledger from the first run on, and the same for the
    /// same table and request.
    /// </summary>
    public string Settled { get; init; } = "";
}
