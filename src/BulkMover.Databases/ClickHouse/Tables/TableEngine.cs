namespace BulkMover.Databases.ClickHouse.Tables;

/// <summary>Which table engines can be loaded: those whose parts can be moved, and which need nobody else's consent.</summary>
internal static class TableEngine
{
    public const string Plain = "MergeTree";

    /// <summary>Engines that drop or add up rows with equal keys when they merge.</summary>
    private static readonly string[] Collapsing =
    [
        "ReplacingMergeTree", "SummingMergeTree", "AggregatingMergeTree", "CollapsingMergeTree", "VersionedCollapsingMergeTree",
        "CoalescingMergeTree", "GraphiteMergeTree",
    ];

    public static bool CanBeLoaded(string name) => name == Plain || Collapses(name);

    public static bool Collapses(string name) => Collapsing.Contains(name, StringComparer.Ordinal);

    /// <summary>The name in front of an engine's parameters.</summary>
    public static string NameOf(string engine) => engine.Split('(')[0].Trim();
}
