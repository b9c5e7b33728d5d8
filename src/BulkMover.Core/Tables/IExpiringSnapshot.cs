namespace BulkMover.Core.Tables;

/// <summary>A snapshot whose files the table's upkeep deletes some time after the table has moved on.</summary>
public interface IExpiringSnapshot
{
    /// <summary>Null when they are kept for good.</summary>
    SnapshotRetention? Retention { get; }
}
