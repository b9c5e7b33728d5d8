using BulkMover.Core.Stores;
using BulkMover.Core.Types;

namespace BulkMover.Core.Scans;

/// <summary>A data file to read, with what the table's metadata knows about it.</summary>
/// <param name="File">The data file.</param>
/// <param name="FileBytes">Length of the whole file; reading the footer then needs no request for it.</param>
/// <param name="Rows">Rows in the file as the metadata gives them; null when unknown.</param>
/// <param name="Constants">
/// Values of top-level columns that the metadata gives for the whole file (partition values): by column name of the table's schema.
/// A constant wins over what the file holds only when the format's rule says so: see <paramref name="ConstantsWin"/>.
/// </param>
/// <param name="ConstantsWin">
/// True: a constant replaces a column of the file (Delta and Hive: partition values are in the metadata or path). False: it fills a column
/// that the file lacks (Iceberg spec, "Column Projection").
/// </param>
public sealed record ScanTask(
    Location File,
    long FileBytes,
    long? Rows,
    IReadOnlyDictionary<string, Scalar> Constants,
    bool ConstantsWin)
{
    /// <summary>What the data file is written in.</summary>
    public FileFormat Format { get; init; }

    /// <summary>As planning has read it; null where it has not, or does not keep it.</summary>
    public FileEnd? End { get; init; }

    /// <summary>Its deleted rows; null when it has none.</summary>
    public IRowDeletes? Deletes { get; init; }

    /// <summary>As <see cref="Constants"/>, of fields inside of structs, by field id; they fill fields that the file lacks.</summary>
    public IReadOnlyDictionary<int, Scalar> MemberConstants { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<int, Scalar>.Empty;

    /// <summary>
    /// What metadata tell of columns by transforms, for tables that are partitioned in the same way; values of columns themselves are <see cref="Constants"/>.
    /// </summary>
    public IReadOnlyList<TransformedValue> Transformed { get; init; } = [];

    /// <summary>Id of its first row, from which rows without an id of their own count on; null when they have none (<see cref="RowMetadata.RowId"/>).</summary>
    public long? FirstRowId { get; init; }

    /// <summary>What added its rows, for those that do not say what changed them last; null when unknown (<see cref="RowMetadata.LastChange"/>).</summary>
    public long? LastChange { get; init; }

    public static IReadOnlyDictionary<string, Scalar> NoConstants { get; } =
        System.Collections.ObjectModel.ReadOnlyDictionary<string, Scalar>.Empty;
}
