namespace BulkMover.Core.Tables;

/// <summary>One column of the order in which a table's rows are sorted.</summary>
public sealed record SortField(string Column, bool Descending);
