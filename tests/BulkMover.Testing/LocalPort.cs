using System.Net;
using System.Net.Sockets;

namespace BulkMover.Testing;

/// <summary>For servers that cannot say which port they took.</summary>
internal static class LocalPort
{
    /// <returns>A loopback port that nobody listens at now.</returns>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
