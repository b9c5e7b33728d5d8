namespace BulkMover.Datasets.ManyFiles;

/// <summary>What metadata says of a column in one file.</summary>
/// <param name="Name">Its name; the columns are those of <see cref="PlannedTable"/>, in that order.</param>
/// <param name="Low">Its smallest value: <see cref="long"/>, <see cref="double"/> or <see cref="string"/>; times in microseconds.</param>
/// <param name="High">Its largest value.</param>
/// <param name="Nulls">Rows without a value.</param>
/// <param name="Bytes">Its length in the file.</param>
internal readonly record struct PlannedColumn(string Name, object Low, object High, int Nulls, int Bytes);
