using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Targets;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Transfers;
using BulkMover.Testing.Memory;

namespace BulkMover.Engine.Tests.Fakes;

/// <summary>A source, a target and a budget that all tell, after a copy, whether anything was left over.</summary>
internal sealed class World
{
    /// <summary>Longer than any copy here takes; what is not done by then hangs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public World()
    {
        Table = new FakeTable(Allocator, Ledger);
        Target = new FakeTarget(Allocator, Ledger);
    }

    public CountingAllocator Allocator { get; } = new();

    public Ledger Ledger { get; } = new();

    public FakeTable Table { get; }

    public FakeTarget Target { get; }

    public MemoryBudget Memory { get; init; } = new(1 << 20);

    public CopyOptions Options { get; set; } = new() { Readers = 3, Writers = 2, Patience = TimeSpan.Zero };

    public bool Restart { get; set; }

    public Filter? Where { get; init; }

    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Does something wherever source or target could fail.</summary>
    public Func<Step, CancellationToken, Task> At
    {
        set => (Table.At, Target.At) = (value, value);
    }

    public CopyTransfer MakeCopy()
    {
        var scan = new Scan(Table, Columns, Where);
        var request = new TargetRequest(TransferId.Of("fake"), new TransferOrigin("", "", "fake", "1"), scan.OutputSchema, CopyMode.Create, []) { Restart = Restart };
        TargetPlan plan = Target.Plan(request);
        return new CopyTransfer(Table, scan, Table, Target, plan, Memory, Options) { Allocator = Allocator };
    }

    public Task<CopyResult> CopyAsync(CancellationToken cancellationToken) =>
        MakeCopy().RunAsync(cancellationToken).WaitAsync(Patience, CancellationToken.None);

    public void AssertNothingIsLeft()
    {
        Ledger.AssertEachDisposedOnce();
        Assert.Equal(0, Allocator.LiveBuffers);
        Assert.Equal(0, Allocator.LiveBytes);
        Assert.Equal(0, Allocator.BuffersFreedTwice);
        Assert.Equal(0, Memory.LeasedBytes);
    }
}
