namespace BulkMover.Databases.ClickHouse.Tables;

/// <summary>What one server has of a replicated table (system.replicas).</summary>
/// <param name="Keeper">Which of the server's Keepers knows the table.</param>
/// <param name="Path">The table's there.</param>
/// <param name="Name">The replica's there.</param>
internal sealed record Replica(string Keeper, string Path, string Name)
{
    private const string DefaultKeeper = "default";

    /// <summary>Where the one server is entered through which the table is loaded. The same seen from all of its replicas.</summary>
    public string GatePath => $"{Path}_bulkmover";

    /// <summary>The engine, with its parameters, of a table of its own in the same Keeper.</summary>
    public string Engine(string path, string name) =>
        $"{TableEngine.Replicated}({SqlText.Quote(Keeper == DefaultKeeper ? path : $"{Keeper}:{path}")}, {SqlText.Quote(name)})";
}
