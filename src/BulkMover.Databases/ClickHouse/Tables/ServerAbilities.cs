using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Connections;

namespace BulkMover.Databases.ClickHouse.Tables;

/// <summary>What differs from server to server, found by asking rather than by version.</summary>
/// <param name="Calendar">Which years its date types hold.</param>
/// <param name="Allowing">Settings that allow what it can do but does not allow by itself: types, and to replace a partition by none.</param>
internal sealed record ServerAbilities(CalendarSupport Calendar, IReadOnlyList<string> Allowing)
{
    /// <summary>Settings for statements, to which others may be added.</summary>
    public Dictionary<string, object> Settings() => Allowing.ToDictionary(name => name, _ => (object)1, StringComparer.Ordinal);

    public static async Task<ServerAbilities> FindAsync(ServerClient client, CancellationToken cancellationToken)
    {
        IReadOnlyList<string[]> years = await client.SelectAsync(
            "SELECT toString(CAST('0001-01-01' AS Date32)), toString(CAST('0001-01-01 00:00:00' AS DateTime64(0, 'UTC')))", cancellationToken);
        IReadOnlyList<string[]> settings = await client.SelectAsync(
            "SELECT name FROM system.settings WHERE name IN ('enable_time_time64_type', 'enable_nullable_tuple_type', 'allow_replace_partition_from_empty_source')", cancellationToken);
        return new ServerAbilities(
            new CalendarSupport(years[0][0] == "0001-01-01", years[0][1] == "0001-01-01 00:00:00"), [.. settings.Select(row => row[0])]);
    }
}
