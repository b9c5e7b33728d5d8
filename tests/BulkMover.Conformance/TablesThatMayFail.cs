using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>Broken and hostile tables, each read in a process of its own, within a limit of time and memory.</summary>
public sealed class TablesThatMayFail
{
    /// <summary>Reading any of them takes less than a second, its process included; the rest is for a busy machine.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>The largest of them has half a megabyte.</summary>
    private const long LimitBytes = 1L << 30;

    public static TheoryData<string> Broken => new(Names("error"));

    public static TheoryData<string> Doubtful => new(Names("either"));

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Read_BrokenTable_IsAnErrorOfTheSource(string name)
    {
        TableCommandResult result = await ReadAsync(CorpusIndex.Instance[name]);

        if (Exceptions.ReadThoughCalledBroken.Contains(name))
            Assert.Equal(0, result.ExitCode);
        else
            Assert.True(result.ExitCode == 2, $"Exit code {result.ExitCode} with {result.Rows.Count} rows. {result.Messages}");
    }

    [Theory]
    [MemberData(nameof(Doubtful))]
    public async Task Read_DoubtfulTable_IsAnErrorOfTheSourceOrTheRows(string name)
    {
        CorpusEntry entry = CorpusIndex.Instance[name];

        TableCommandResult result = await ReadAsync(entry);

        Assert.True(result.ExitCode is 0 or 2, $"Exit code {result.ExitCode}. {result.Messages}");
        if (result.ExitCode == 0 && entry.Expected!.ReadAnswer() is { } answer && result.Rows.DifferenceFrom(answer) is { } difference)
            Assert.Fail(difference);
    }

    private static IEnumerable<string> Names(string outcome) =>
        CorpusIndex.Instance.Entries.Where(entry => entry.Outcome == outcome).Select(entry => entry.Name);

    private static async Task<TableCommandResult> ReadAsync(CorpusEntry entry)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        TableCommandResult result = await TableCommand.StartAsync(entry, limit.Token);
        Assert.InRange(result.PeakBytes, 1, LimitBytes);
        return result;
    }
}
