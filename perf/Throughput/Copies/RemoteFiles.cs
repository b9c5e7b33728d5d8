using System.Diagnostics;
using BulkMover.Throughput.Measuring;

namespace BulkMover.Throughput.Copies;

/// <summary>
/// A bucket of the S3 store that the environment names, as for every command; rclone fills and empties it. The store must be spoken to without TLS, so that it
/// can be made to seem farther away.
/// </summary>
/// <param name="bucket">Its name.</param>
internal sealed class RemoteFiles(string bucket)
{
    /// <summary>What the variable is called by which all programs here learn of the store.</summary>
    public const string EndpointVariable = "AWS_ENDPOINT_URL_S3";

    /// <summary>What a request takes longer in a store that is farther away.</summary>
    public static TimeSpan Delay { get; } = TimeSpan.FromMilliseconds(50);

    public static DelayingProxy FarAway() => new(
        new Uri(Environment.GetEnvironmentVariable(EndpointVariable) ?? throw new InvalidOperationException($"{EndpointVariable} is not set.")), Delay);

    /// <summary>As <c>bucket/key</c>.</summary>
    public string Below(string key) => $"{bucket}/{key}";

    /// <summary>As rclone names it in a command of the shell, by the endpoint and keys of the environment.</summary>
    public string OfRclone(string key) => $"\":s3,provider=Other,env_auth,endpoint='${EndpointVariable}':{Below(key)}\"";

    public Task UploadAsync(string file, string key, CancellationToken cancellationToken) => RunAsync("copy", file, key, cancellationToken);

    public Task EmptyAsync(string key, CancellationToken cancellationToken) => RunAsync("purge", "", key, cancellationToken);

    private async Task RunAsync(string act, string file, string key, CancellationToken cancellationToken)
    {
        using Process process = Process.Start("bash", ["-c", $"rclone {act} {(file.Length > 0 ? $"'{file}'" : "")} {OfRclone(key)}"]);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"rclone {act} '{Below(key)}' ended with exit code {process.ExitCode}.");
    }
}
