using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Databases.ClickHouse.Loads;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse;

/// <summary>A table in a ClickHouse server or in the embedded engine; both are spoken to in the same way.</summary>
public sealed class ClickHouseTarget : ITarget
{
    private readonly ClickHouseAddress address;
    private readonly ServerClient client;
    private readonly EmbeddedServer? embedded;
    private readonly Planner planner;

    private ClickHouseTarget(ClickHouseAddress address, ClickHouseTableOptions options, ServerEndpoint endpoint, EmbeddedServer? embedded)
    {
        this.address = address;
        this.embedded = embedded;
        client = new ServerClient(endpoint);
        planner = new Planner(client, address.Table, options, ownsServer: embedded is not null);
    }

    public string Name => address.ToString();

    /// <summary>Connects by the address, with the password of the environment; starts the embedded engine as a child of this program.</summary>
    /// <exception cref="Core.Errors.EnvironmentException">The embedded engine cannot be had or started.</exception>
    public static Task<ClickHouseTarget> OpenAsync(ClickHouseAddress address, ClickHouseTableOptions options, CancellationToken cancellationToken) =>
        OpenAsync(address, options, HostCommand.OfThisProgram(), progress: null, cancellationToken);

    /// <inheritdoc cref="OpenAsync(ClickHouseAddress, ClickHouseTableOptions, CancellationToken)"/>
    /// <param name="address">The table.</param>
    /// <param name="options">How a new table is made.</param>
    /// <param name="host">How the embedded engine's process is started.</param>
    /// <param name="progress">Told about slow steps; null for nobody.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    public static async Task<ClickHouseTarget> OpenAsync(
        ClickHouseAddress address, ClickHouseTableOptions options, HostCommand host, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        if (address.Directory is null)
            return new ClickHouseTarget(address, options, new ServerEndpoint(address.Server!, address.User, ServerPassword.FromEnvironment()), null);

        EmbeddedServer embedded = await EmbeddedServer.StartAsync(
            new EmbeddedServerOptions(address.Directory, host) { Progress = progress }, cancellationToken);
        return new ClickHouseTarget(address, options, new ServerEndpoint(embedded.Endpoint, address.User, ""), embedded);
    }

    public async Task<TargetPlan> PlanAsync(TargetRequest request, CancellationToken cancellationToken) =>
        await planner.PlanAsync(request, cancellationToken);

    public async Task<ITargetLoad> BeginAsync(TransferId transfer, TargetPlan plan, LoadLimits limits, CancellationToken cancellationToken) =>
        await ClickHouseLoad.BeginAsync(client, (ClickHousePlan)plan, address.Table, transfer, limits, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // First the connections: the server waits for them when it ends.
        client.Dispose();
        if (embedded is not null)
            await embedded.DisposeAsync();
    }
}
