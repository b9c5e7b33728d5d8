using BulkMover.Core.Errors;
using Xunit;

namespace BulkMover.Core.Tests.Errors;

public sealed class RetryTests
{
    private static readonly Retry Impatient = new() { FirstWait = TimeSpan.FromMilliseconds(1) };

    private int calls;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_TransientErrorThatPasses_GivesTheResult() =>
        Assert.Equal("done", await Impatient.RunAsync(_ => ++calls < 4 ? throw Failure(true) : Task.FromResult("done"), Token));

    [Theory]
    [InlineData(true, 4)]
    [InlineData(false, 1)]
    public async Task Run_ErrorThatStays_IsThrownAfterAllAttemptsOrAtOnce(bool isTransient, int attempts)
    {
        await Assert.ThrowsAsync<EnvironmentException>(() => FailAsync(Impatient, Failure(isTransient)));

        Assert.Equal(attempts, calls);
    }

    [Fact]
    public async Task Run_OtherExceptions_AreOurBugAndNotRepeated()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => FailAsync(Impatient, new InvalidOperationException()));

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Run_AskedToWaitLongerThanTheLongestWait_IsNotRepeated()
    {
        await Assert.ThrowsAsync<EnvironmentException>(() => FailAsync(Impatient, Failure(true, TimeSpan.FromHours(1))));

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Run_AskedToWait_WaitsThatLongAndNotItsOwnTime()
    {
        // Its own time would be an hour.
        Retry patient = new() { FirstWait = TimeSpan.FromHours(1) };

        await Assert.ThrowsAsync<EnvironmentException>(() => FailAsync(patient, Failure(true, TimeSpan.Zero)));

        Assert.Equal(4, calls);
    }

    [Fact]
    public async Task Run_CancelledWhileItWaits_EndsAtOnce()
    {
        using var stop = new CancellationTokenSource();
        Retry patient = new() { FirstWait = TimeSpan.FromHours(1) };
        Task<int> running = patient.RunAsync<int>(_ => throw Failure(true), stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static EnvironmentException Failure(bool isTransient, TimeSpan? retryAfter = null) =>
        new("test.failed", "failed") { IsTransient = isTransient, RetryAfter = retryAfter };

    private Task<int> FailAsync(Retry retry, Exception error) => retry.RunAsync<int>(
        _ =>
        {
            calls++;
            throw error;
        },
        Token);
}
