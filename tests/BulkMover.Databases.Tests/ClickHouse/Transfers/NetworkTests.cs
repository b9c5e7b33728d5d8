using System.Globalization;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Transfers;

/// <summary>
/// A network that does each kind of harm to the n-th request of a transfer, for every n: it goes on by itself or, where it ends with an error,
/// the same transfer again does, and brings exactly the source's rows.
/// </summary>
public sealed class NetworkTests(ClickHouseServerFixture server)
{
    private static readonly int Step = int.Parse(Environment.GetEnvironmentVariable("BULKMOVER_NETWORK_STEP") ?? "120", CultureInfo.InvariantCulture);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public static TheoryData<Cut, string, CopyMode, string> Harms()
    {
        var harms = new TheoryData<Cut, string, CopyMode, string>();
        Cut[] cuts = [Cut.BeforeRequest, Cut.AmidRequest, Cut.RequestLate, Cut.BeforeAnswer, Cut.AmidAnswer, Cut.AnswerShort, Cut.AnswerLost, Cut.Delay, Cut.Refusal];
        string[] statuses = ["503 Service Unavailable", "500 Internal Server Error", "429 Too Many Requests"];
        int status = 0;
        foreach (Cut cut in cuts)
        {
            foreach ((CopyMode mode, string partitions) in (ReadOnlySpan<(CopyMode, string)>)
                [(CopyMode.Create, ""), (CopyMode.Create, "id % 3"), (CopyMode.Append, "id % 3"), (CopyMode.Replace, "")])
            {
                harms.Add(cut, cut == Cut.Refusal ? statuses[status++ % statuses.Length] : "", mode, partitions);
            }
        }

        return harms;
    }

    [Theory]
    [MemberData(nameof(Harms))]
    public async Task Copy_HarmAtAnyRequest_EveryRowArrivesOnce(Cut cut, string status, CopyMode mode, string partitions)
    {
        // Each case begins elsewhere, so that together they meet many requests.
        int request = 1 + (((7 * (int)cut) + (11 * (int)mode) + (3 * partitions.Length)) % Step);
        int requests;
        int cuts = 0;
        do
        {
            string database = await server.NewDatabaseAsync(Stopping);
            var endpoint = new ServerEndpoint(server.Endpoint, "default", "");
            var world = new TransferWorld(endpoint, database, mode, "MergeTree", partitions);
            await world.PrepareAsync();
            int first = request;
            // A refusal passes after three requests, all else after one.
            await using var proxy = new CuttingProxy(server.Endpoint, number => number >= first && number < first + (cut == Cut.Refusal ? 3 : 1), cut) { Status = status };
            TimeSpan patience = cut is Cut.AnswerLost or Cut.RequestLate ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(1);
            var harmed = new ServerEndpoint(proxy.Start(), "default", "") { StallTimeout = patience, WorkTimeout = patience, LeaseTimeout = TimeSpan.FromMilliseconds(500) };
            await CompleteAsync(world, harmed).WaitAsync(TimeSpan.FromSeconds(60), Stopping);
            await world.CheckAsync($"request {request}");
            cuts += proxy.Cuts;
            requests = proxy.Requests;
            request += Step;
        }
        while (request <= requests);
        // Of a beat that is given up as its run ends no answer comes to be harmed; of the others one does.
        Assert.True(cuts > 0, $"{cuts} cuts in {requests} requests");
    }

    /// <summary>The command, again where it ended with an error: a plan is not repeated by itself.</summary>
    private static async Task CompleteAsync(TransferWorld world, ServerEndpoint harmed)
    {
        for (int run = 1; ; run++)
        {
            try
            {
                await world.RunOnAsync(harmed);
                return;
            }
            catch (BulkMoverException error) when (run < 4)
            {
                TestContext.Current.TestOutputHelper!.WriteLine($"{error.Code}: {error.Message}");
            }
        }
    }
}
