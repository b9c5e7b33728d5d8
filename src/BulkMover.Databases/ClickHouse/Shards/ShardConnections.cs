using BulkMover.Databases.ClickHouse.Connections;

namespace BulkMover.Databases.ClickHouse.Shards;

/// <summary>Clients of the servers of a cluster, each made when it is first asked for. Disposes them.</summary>
/// <param name="endpoint">The target's own; the others differ from it in the host.</param>
internal sealed class ShardConnections(ServerEndpoint endpoint) : IDisposable
{
    private readonly Dictionary<Uri, ServerClient> clients = [];

    /// <param name="host">Its host; null for the target's own server.</param>
    public ServerClient Of(string? host)
    {
        Uri server = host is null ? endpoint.Server : new UriBuilder(endpoint.Server) { Host = host }.Uri;
        if (!clients.TryGetValue(server, out ServerClient? client))
            clients.Add(server, client = new ServerClient(endpoint with { Server = server }));
        return client;
    }

    public void Dispose()
    {
        foreach (ServerClient client in clients.Values)
            client.Dispose();
    }
}
