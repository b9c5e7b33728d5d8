using System.Globalization;
using System.IO.Hashing;
using System.Text;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Transfers;

/// <summary>
/// What the tables of a transfer are called, beside its target. Those that rows are sent to carry the run's epoch: a run that was taken for
/// dead and wakes up finds none of them.
/// </summary>
/// <param name="Target">The table that the transfer fills.</param>
/// <param name="Transfer">The transfer.</param>
internal readonly record struct TransferTables(TableName Target, TransferId Transfer)
{
    private const int LongestSuffix = 64;

    /// <summary>The ledger of all transfers into tables of a database.</summary>
    public static TableName Ledger(string database) => new(database, "__bulkmover_ledger");

    /// <summary>What all tables of the transfer begin with.</summary>
    public string Prefix => $"{AnyPrefix}{Transfer}";

    /// <summary>What the tables of any transfer into the target begin with.</summary>
    public string AnyPrefix => $"{(Target.HasRoomFor(LongestSuffix) ? Target.Table : "")}__bulkmover_";

    /// <summary>Tells which run is alive.</summary>
    public TableName Lease => Named("_lease");

    /// <summary>What only one server of a replicated target has. Not called after the target, which may be renamed.</summary>
    public TableName Gate(Replica replica) =>
        Target with { Table = $"__bulkmover_gate_{Convert.ToHexStringLower(XxHash64.Hash(Encoding.UTF8.GetBytes(replica.GatePath)))}" };

    public TableName Staging(long epoch) => Named($"_e{epoch}");

    /// <summary>With the engine that the target has or is to have, where that is not the staging table's.</summary>
    public TableName Final(long epoch) => Named($"_f_e{epoch}");

    public TableName Chunk(long number, long epoch) => Named($"_c{number}_e{epoch}");

    /// <summary>Its tables that are there, of all epochs, but for the lease.</summary>
    public async Task<IReadOnlyList<TransferTable>> FindAsync(ServerClient client, CancellationToken cancellationToken)
    {
        string prefix = Prefix;
        string database = Target.Database;
        IReadOnlyList<string[]> rows = await client.SelectAsync(
            $"SELECT name FROM system.tables WHERE database = {SqlText.Quote(database)} AND startsWith(name, {SqlText.Quote(prefix)})", cancellationToken);
        return [.. rows.Select(row => TryParse(new TableName(database, row[0]), prefix)).OfType<TransferTable>()];
    }

    private static TransferTable? TryParse(TableName name, string prefix)
    {
        string[] parts = name.Table[prefix.Length..].Split('_');
        return parts switch
        {
            ["", var epoch] when Number(epoch, 'e') is { } e => new TransferTable(name, e, null),
            ["", "f", var epoch] when Number(epoch, 'e') is { } e => new TransferTable(name, e, null) { IsFinal = true },
            ["", var chunk, var epoch] when Number(chunk, 'c') is { } c && Number(epoch, 'e') is { } e => new TransferTable(name, e, c),
            _ => null,
        };
    }

    private static long? Number(string part, char letter) =>
        part.Length > 1 && part[0] == letter && long.TryParse(part.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private TableName Named(string suffix) => Target with { Table = Prefix + suffix };
}

/// <summary>A table of a transfer that is there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Epoch">Of the run that made it, or that took it over.</param>
/// <param name="Chunk">Whose rows it holds; null for the staging table and the final one.</param>
internal sealed record TransferTable(TableName Name, long Epoch, long? Chunk)
{
    /// <summary>It is the final one.</summary>
    public bool IsFinal { get; init; }
}
