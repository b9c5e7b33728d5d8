using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Connections;

namespace BulkMover.Databases.ClickHouse.Tables;

/// <summary>What differs from server to server, found by asking rather than by version.</summary>
/// <param name="Calendar">Which years its date types hold.</param>
/// <param name="TypeSettings">Settings that allow types it has but does not allow by itself.</param>
/// <param name="GuardsReplace">It replaces a partition by none only with <see cref="ReplaceGuard"/>.</param>
internal sealed record ServerAbilities(CalendarSupport Calendar, IReadOnlyList<string> TypeSettings, bool GuardsReplace)
{
    /// <summary>The setting that lifts the guard.</summary>
    public const string ReplaceGuard = "allow_replace_partition_from_empty_source";

    /// <summary>Settings for statements that name types, to which others may be added.</summary>
    public Dictionary<string, object> SettingsForTypes() => TypeSettings.ToDictionary(name => name, _ => (object)1, StringComparer.Ordinal);

    public static async Task<ServerAbilities> FindAsync(ServerClient client, CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<string[]>> asking = client.SelectAsync(
            "SELECT toString(CAST('0001-01-01' AS Date32)), toString(CAST('0001-01-01 00:00:00' AS DateTime64(0, 'UTC')))", cancellationToken);
        IReadOnlyList<string[]> settings = await client.SelectAsync(
            $"SELECT name FROM system.settings WHERE name IN ('enable_time_time64_type', 'enable_nullable_tuple_type', '{ReplaceGuard}')", cancellationToken);
        IReadOnlyList<string[]> years = await asking;
        return new ServerAbilities(
            new CalendarSupport(years[0][0] == "0001-01-01", years[0][1] == "0001-01-01 00:00:00"), [.. settings.Select(row => row[0]).Where(name => name != ReplaceGuard)],
            settings.Any(row => row[0] == ReplaceGuard));
    }
}
