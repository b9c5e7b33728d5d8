using BulkMover.Databases.ClickHouse.Embedded;

namespace BulkMover.Testing.ClickHouse;

/// <summary>The program of this project, which lies beside every test program.</summary>
public static class TestHost
{
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "BulkMover.Testing");

    public static HostCommand OfTests() => new(Program, [EmbeddedHost.Command]);
}
