using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Embedded;

namespace BulkMover.Testing.ClickHouse;

/// <summary>A process that starts an embedded server, says its endpoint (or why there is none), and waits until somebody kills it.</summary>
public static class KillableParent
{
    public const string Command = "killable-parent";

    public static async Task<int> RunAsync(string directory)
    {
        try
        {
            await using EmbeddedServer server = await EmbeddedServer.StartAsync(
                new EmbeddedServerOptions(directory, TestHost.OfTests()), CancellationToken.None);
            Console.WriteLine(server.Endpoint);
            await Task.Delay(Timeout.Infinite);
            return 0;
        }
        catch (BulkMoverException error)
        {
            Console.WriteLine($"{error.Code}: {error.Message}");
            return error.ExitCode;
        }
    }
}
