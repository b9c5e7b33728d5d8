using Apache.Arrow;
using BulkMover.Core.Scans;

namespace BulkMover.Core.Tables;

/// <summary>One version of a table, pinned: the same rows at every read.</summary>
public interface ITableSnapshot
{
    /// <summary>Snapshot id, log version, or for plain files a hash of their names, sizes and times.</summary>
    string Id { get; }

    /// <summary>Tells the table from another one that is made in its place, where ids of snapshots do not; else null.</summary>
    string? TableId => null;

    /// <summary>
    /// The rows' schema; fields carry their id (<see cref="Types.FieldIds"/>) where the format has ids. Its metadata are what a new table of the same format should know of the columns
    /// beside that.
    /// </summary>
    Schema Schema { get; }

    /// <summary>
    /// A column with what rows have in it that lack it and are written now, as its default (<see cref="Types.InitialDefaults"/>), which may be another than that of rows from before the
    /// column, or none. As it is where such rows cannot be written.
    /// </summary>
    /// <param name="column">Of <see cref="Schema"/>.</param>
    Field InNewRows(Field column) => column;

    /// <summary>
    /// Columns that a scan may name beside those of <see cref="Schema"/> and gets no other way: see <see cref="Types.RowMetadata"/>. One that
    /// is called as a column of the schema cannot be named.
    /// </summary>
    IReadOnlyList<Field> MetadataColumns => [];

    /// <summary>How the data files' columns are found in <see cref="Schema"/>.</summary>
    ColumnMatching Matching { get; }

    /// <summary>The order the table declares for its rows; empty when it has none.</summary>
    IReadOnlyList<SortField> SortOrder { get; }

    /// <summary>Names of the columns the table is partitioned by, source columns for transforms; empty when it is not.</summary>
    IReadOnlyList<string> PartitionColumns { get; }

    /// <summary>
    /// By what its files are kept apart, in the words of Iceberg: names of columns, and transforms of them, <c>day(time)</c>. Those that cannot be said so
    /// are left out.
    /// </summary>
    IReadOnlyList<string> PartitionTerms => PartitionColumns;

    /// <summary>Names of what <see cref="PartitionTerms"/> say, by term; empty where the format gives them none.</summary>
    IReadOnlyDictionary<string, string> PartitionNames => System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>What the table uses, each with whether it is read.</summary>
    IReadOnlyList<TableFeature> Features { get; }

    /// <summary>What the user should know, such as a table that was moved; whole sentences.</summary>
    IReadOnlyList<string> Notes { get; }

    /// <summary>
    /// Streams the scan tasks; files that <see cref="Scan.Where"/> rules out by partition values or statistics are left out.
    /// The order is the same at every call on this object; another one of the same snapshot may have another, as where a log was rewritten.
    /// </summary>
    /// <exception cref="Errors.UnsupportedFeatureException">A file uses what is not read.</exception>
    /// <exception cref="Errors.CorruptTableException">Metadata is missing or broken.</exception>
    IAsyncEnumerable<ScanTask> PlanAsync(Scan scan, CancellationToken cancellationToken);
}
