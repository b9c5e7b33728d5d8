using System.Net.Sockets;
using System.Security.Authentication;

namespace BulkMover.Core.Errors;

/// <summary>Turns what the network throws, as opposed to what a server answers, into an error with a code and a next step.</summary>
public static class NetworkErrors
{
    /// <summary>A timeout is a failure; only the caller's own token is a cancellation.</summary>
    public static bool IsOfNetwork(Exception error, CancellationToken cancellationToken) =>
        error is HttpRequestException or IOException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    /// <summary>Whether the network is what it comes from. SDKs wrap that, and what is at the bottom may be a reason of its own, such as a certificate's.</summary>
    public static bool IsFromNetwork(Exception error) => Find<HttpRequestException>(error) is not null || Find<IOException>(error) is not null || Find<SocketException>(error) is not null
        || Find<OperationCanceledException>(error) is not null || Find<TimeoutException>(error) is not null;

    /// <param name="room">The first part of the code.</param>
    /// <param name="server">Whom we talked to.</param>
    /// <param name="error">What was thrown.</param>
    public static EnvironmentException Of(string room, Uri server, Exception error)
    {
        Exception root = error.GetBaseException();
        if (Find<AuthenticationException>(error) is { } tls)
        {
            return new EnvironmentException($"{room}.tls",
                $"No secure connection to {server}: {tls.Message} Check the certificate, or whether the port speaks TLS.", error);
        }

        if (Find<TimeoutException>(error) is not null || Find<OperationCanceledException>(error) is not null)
        {
            return new EnvironmentException($"{room}.timeout",
                $"{server} did not answer in time. Check the network and the server's load, then run the command again.", error)
            { IsTransient = true };
        }

        return root switch
        {
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } =>
                new EnvironmentException($"{room}.host_unknown", $"There is no host '{server.Host}': {root.Message}. Correct the address.", error),
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => new EnvironmentException($"{room}.unreachable",
                $"Nobody listens at {server}. Start the server, or correct host and port.", error) { IsTransient = true },
            _ => new EnvironmentException($"{room}.connection_lost",
                $"The connection to {server} broke: {root.Message} Check the server's log, then run the command again.", error) { IsTransient = true },
        };
    }

    private static T? Find<T>(Exception error)
        where T : Exception
    {
        for (Exception? at = error; at is not null; at = at.InnerException)
        {
            if (at is T found)
                return found;
        }

        return null;
    }
}
