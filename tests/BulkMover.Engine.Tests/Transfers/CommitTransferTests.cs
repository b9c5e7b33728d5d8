using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Engine.Tests.Fakes;
using BulkMover.Engine.Transfers;

namespace BulkMover.Engine.Tests.Transfers;

/// <summary>Of a copy all of whose rows have arrived only the commit is left.</summary>
public sealed class CommitTransferTests
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Step.Plan)]
    [InlineData(Step.Begin)]
    [InlineData(Step.Commit)]
    public async Task Commit_FailureThatMayPass_ShowsAllRowsAndReadsNothing(Step step)
    {
        World world = await StoppedAtCommitAsync();
        int failures = 0;
        world.At = (at, _) => at switch
        {
            Step.Plan or Step.Begin or Step.Commit => at == step && failures++ == 0 ? throw new EnvironmentException("fake.down", "Down.") { IsTransient = true } : Task.CompletedTask,
            _ => throw new InvalidOperationException($"{at} is not needed."),
        };
        var notes = new Notes();

        CopyResult result = await CommitTransfer.RunAsync(world.Target, Record(world), verify: false, TimeSpan.FromMinutes(1), notes, Stopping);

        Assert.Equal(Enumerable.Range(0, (int)world.Table.Rows).Select(i => (long)i), world.Target.Visible);
        Assert.Equal((world.Table.Rows, world.Table.Rows, 1), (result.Rows, result.SkippedRows, result.Retries));
        Assert.StartsWith("Down.", Assert.Single(notes.Texts), StringComparison.Ordinal);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Commit_FailureThatLasts_IsReportedAtOnce()
    {
        World world = await StoppedAtCommitAsync();
        world.At = (at, _) => at == Step.Commit ? throw new TargetException("fake.no", "No.") : Task.CompletedTask;

        await Assert.ThrowsAsync<TargetException>(() => CommitTransfer.RunAsync(world.Target, Record(world), verify: false, TimeSpan.FromMinutes(1), new Notes(), Stopping));

        Assert.Empty(world.Target.Visible);
        world.AssertNothingIsLeft();
    }

    private static async Task<World> StoppedAtCommitAsync()
    {
        var world = new World();
        world.At = (at, _) => at == Step.Commit ? throw new TargetException("fake.no", "No.") : Task.CompletedTask;
        await Assert.ThrowsAsync<TargetException>(() => world.CopyAsync(Stopping));
        return world;
    }

    private static TransferRecord Record(World world) =>
        new(TransferId.Of("fake"), "fake", new TransferOrigin("", "", "fake", "1"), CopyMode.Create, false, 1, world.Table.Rows, default, default) { HasArrived = true };

    private sealed class Notes : IProgress<string>
    {
        public List<string> Texts { get; } = [];

        public void Report(string value) => Texts.Add(value);
    }
}
