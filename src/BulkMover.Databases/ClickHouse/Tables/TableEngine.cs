namespace BulkMover.Databases.ClickHouse.Tables;

/// <summary>Which table engines can be loaded: those whose parts can be moved.</summary>
internal static class TableEngine
{
    public const string Plain = "MergeTree";

    /// <summary>A server keeps its copy of such a table by a log that all replicas share in Keeper.</summary>
    public const string Replicated = "Replicated" + Plain;

    private const string ReplicatedPrefix = "Replicated";

    /// <summary>Engines that drop or add up rows with equal keys when they merge.</summary>
    private static readonly string[] Collapsing =
    [
        "ReplacingMergeTree", "SummingMergeTree", "AggregatingMergeTree", "CollapsingMergeTree", "VersionedCollapsingMergeTree",
        "CoalescingMergeTree", "GraphiteMergeTree",
    ];

    public static bool CanBeLoaded(string name) => CanBeMade(name) || IsReplicated(name);

    /// <summary>The engine needs nobody else's consent, so the mover makes tables with it.</summary>
    public static bool CanBeMade(string name) => name == Plain || Collapsing.Contains(name, StringComparer.Ordinal);

    public static bool IsReplicated(string name) => name.StartsWith(ReplicatedPrefix, StringComparison.Ordinal) && CanBeMade(name[ReplicatedPrefix.Length..]);

    public static bool Collapses(string name) => CanBeLoaded(name) && name is not (Plain or Replicated);

    /// <summary>The name in front of an engine's parameters.</summary>
    public static string NameOf(string engine) => engine.Split('(')[0].Trim();
}
