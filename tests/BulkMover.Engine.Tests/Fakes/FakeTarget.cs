using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Scans;
using BulkMover.Core.Targets;

namespace BulkMover.Engine.Tests.Fakes;

/// <summary>Takes the numbers of the rows; calls <see cref="At"/> wherever a target could fail.</summary>
internal sealed class FakeTarget(MemoryAllocator allocator, Ledger ledger) : ITarget
{
    public Func<Step, CancellationToken, Task> At { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Gets the schema of every batch that is encoded.</summary>
    public Action<Schema> AtSchema { get; set; } = _ => { };

    /// <summary>Gets the lane and the first row of every block that is sent.</summary>
    public Action<int, long> AtBlock { get; set; } = (_, _) => { };

    /// <summary>Rows of a file that is taken as it is, null for one that does not fit; null where no file is.</summary>
    public Func<ScanTask, Task<IReadOnlyList<long>?>>? Adopts { get; set; }

    /// <summary>What that needs.</summary>
    public long AdoptBytes { get; set; } = 100;

    /// <summary>Keeps as much back as it may until it is flushed.</summary>
    public bool KeepsBack { get; set; }

    /// <summary>Rows of chunks that have arrived, by number: as a target keeps them over several runs.</summary>
    public ConcurrentDictionary<long, IReadOnlyList<long>> Arrived { get; } = new();

    public ConcurrentDictionary<long, ReadOnlyMemory<byte>> Tasks { get; } = new();

    /// <summary>Scan tasks of chunks that have come to one of several places only.</summary>
    public ConcurrentDictionary<long, ReadOnlyMemory<byte>> Halfway { get; } = new();

    /// <summary>Rows that get lost between the last insert and the commit.</summary>
    public int LosesRows { get; set; }

    /// <summary>Multiplies what encoding says to need.</summary>
    public long EncodeFactor { get; set; } = 1;

    /// <summary>What a load holds of what it may keep back, whatever it is sent.</summary>
    public long WriterBytes { get; set; }

    public Exception? DisposeFails { get; set; }

    /// <summary>What the target's readers see.</summary>
    public IReadOnlyList<long> Visible { get; private set; } = [];

    public int Commits { get; private set; }

    public string Name => "fake";

    public bool LanesAreFree { get; set; }

    private Ledger Ledger => ledger;

    private MemoryAllocator Allocator => allocator;

    public Task<IReadOnlyList<TransferRecord>> TransfersAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<TransferRecord>>([]);

    public Task DiscardAsync(TransferId transfer, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyCollection<ArrivedChunk>> ArrivedAsync(TransferId transfer, CancellationToken cancellationToken) => throw new NotSupportedException("The command line asks for them.");

    public async Task<TargetPlan> PlanCommitAsync(TransferId transfer, bool verify, CancellationToken cancellationToken)
    {
        await At(Step.Plan, cancellationToken);
        return Plan(new TargetRequest(transfer, new TransferOrigin("", "", "", ""), new Schema([], null), CopyMode.Create, []));
    }

    public Task<Comparison?> CompareAsync(TransferId transfer, CancellationToken cancellationToken) => Task.FromResult<Comparison?>(null);

    /// <summary>Of a transfer of which something has arrived, as the target remembers it.</summary>
    public TargetPlan Plan(TargetRequest request) => new FakePlan(this, request)
    {
        Earlier = request.Restart || Arrived.IsEmpty
            ? null
            : new TransferRecord(request.Transfer, "fake", request.Origin, request.Mode, Visible.Count > 0, Arrived.Count, Arrived.Values.Sum(rows => rows.Count), default, default),
    };

    public Task<TargetPlan> PlanAsync(TargetRequest request, CancellationToken cancellationToken) => Task.FromResult(Plan(request));

    public async Task<ITargetLoad> BeginAsync(TargetPlan plan, LoadLimits limits, CancellationToken cancellationToken)
    {
        await At(Step.Begin, cancellationToken);
        // Whoever plans as if nothing had arrived begins at zero.
        if (plan.Earlier is null)
            Arrived.Clear();
        return new Load(this, limits with { HeldBytes = limits.HeldBytes - WriterBytes });
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed record FakePlan(FakeTarget Target, TargetRequest Request) : TargetPlan(Request, [], [], [])
    {
        public override bool MayAdopt(ScanTask task) => Target.Adopts is not null;
    }

    private sealed class Load : ITargetLoad
    {
        private readonly FakeTarget target;
        private readonly LoadLimits limits;

        public Load(FakeTarget target, LoadLimits limits)
        {
            (this.target, this.limits) = (target, limits);
            target.Ledger.Made(this);
        }

        public IReadOnlyDictionary<long, ArrivedChunk> Arrived => target.Arrived.ToDictionary(chunk => chunk.Key, chunk => new ArrivedChunk(target.Tasks[chunk.Key], chunk.Value.Count));

        public IReadOnlyDictionary<long, ArrivedChunk> Halfway => target.Halfway.ToDictionary(chunk => chunk.Key, chunk => new ArrivedChunk(chunk.Value, 0));

        public bool IsVerified => false;

        public long WriterBytes => target.WriterBytes;

        public long EncodeBytes(RecordBatch batch)
        {
            target.At(Step.EncodeBytes, CancellationToken.None).GetAwaiter().GetResult();
            return batch.Length * sizeof(long) * target.EncodeFactor;
        }

        public IEnumerable<IEncodedBlock> Encode(RecordBatch batch)
        {
            // Two blocks, the second of which needs the batch: as where some columns are sent from the batch's own memory.
            bool handedOver = false;
            try
            {
                target.AtSchema(batch.Schema);
                int half = batch.Length / 2;
                target.At(Step.Encode, CancellationToken.None).GetAwaiter().GetResult();
                yield return new Block(target, batch, 0, half, withBatch: false);
                target.At(Step.Encode, CancellationToken.None).GetAwaiter().GetResult();
                var last = new Block(target, batch, half, batch.Length - half, withBatch: true);
                handedOver = true;
                yield return last;
            }
            finally
            {
                if (!handedOver)
                    batch.Dispose();
            }
        }

        public async Task<IChunkLoad> BeginChunkAsync(long number, CancellationToken cancellationToken)
        {
            await target.At(Step.BeginChunk, cancellationToken);
            Assert.DoesNotContain(number, target.Arrived.Keys);
            return new ChunkLoad(target, limits, number);
        }

        public async Task<long> CommitAsync(long rowsSent, CancellationToken cancellationToken)
        {
            await target.At(Step.Commit, cancellationToken);
            target.Commits++;
            target.Visible = [.. target.Arrived.Values.SelectMany(rows => rows).Skip(target.LosesRows).Order()];
            return target.Visible.Count;
        }

        public ValueTask DisposeAsync()
        {
            target.Ledger.Disposed(this);
            return target.DisposeFails is null ? ValueTask.CompletedTask : ValueTask.FromException(target.DisposeFails);
        }
    }

    private sealed class ChunkLoad : IChunkLoad
    {
        private readonly FakeTarget target;
        private readonly LoadLimits limits;
        private readonly long number;
        private readonly ConcurrentBag<long> rows = [];
        private readonly ConcurrentBag<Block> kept = [];
        private long keptBytes;

        public ChunkLoad(FakeTarget target, LoadLimits limits, long number)
        {
            (this.target, this.limits, this.number) = (target, limits, number);
            target.Ledger.Made(this);
        }

        public async Task<long> SendAsync(IEncodedBlock block, int lane, CancellationToken cancellationToken)
        {
            Assert.InRange(lane, 0, limits.Lanes - 1);
            target.AtBlock(lane, ((Block)block).Values[0]);
            if (target.KeepsBack && Interlocked.Add(ref keptBytes, block.HeldBytes) <= limits.HeldBytes)
            {
                kept.Add((Block)block);
                return 0;
            }

            using (block)
            {
                await target.At(Step.Send, cancellationToken);
                return Take((Block)block);
            }
        }

        public long AdoptBytes(ScanTask task) => target.AdoptBytes;

        public async Task<AdoptedFile?> TryAdoptAsync(ScanTask task, CancellationToken cancellationToken)
        {
            if (await target.Adopts!(task) is not { } adopted)
                return null;
            foreach (long row in adopted)
                rows.Add(row);
            return new AdoptedFile(adopted.Count, PassedBytes: 7);
        }

        public async Task<long> CommitAsync(long sent, ReadOnlyMemory<byte> tasks, CancellationToken cancellationToken)
        {
            await target.At(Step.Arrive, cancellationToken);
            long bytes = 0;
            while (kept.TryTake(out Block? block))
            {
                using (block)
                    bytes += Take(block);
            }

            Assert.Equal(sent, rows.Count);
            target.Tasks[number] = tasks;
            target.Arrived[number] = [.. rows];
            if (target.Halfway.TryRemove(number, out ReadOnlyMemory<byte> before))
                Assert.Equal(before.ToArray(), tasks.ToArray());
            return bytes;
        }

        public ValueTask DisposeAsync()
        {
            target.Ledger.Disposed(this);
            while (kept.TryTake(out Block? block))
                block.Dispose();
            return ValueTask.CompletedTask;
        }

        private long Take(Block block)
        {
            foreach (long row in block.Values)
                rows.Add(row);
            return block.Bytes;
        }
    }

    private sealed class Block : IEncodedBlock
    {
        private readonly FakeTarget target;
        private readonly IMemoryOwner<byte> memory;
        private readonly RecordBatch? batch;
        private Action? released;

        public Block(FakeTarget target, RecordBatch batch, int start, int rows, bool withBatch)
        {
            (this.target, this.batch, Rows) = (target, withBatch ? batch : null, rows);
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(((Int64Array)batch.Column(0)).Values.Slice(start, rows));
            memory = target.Allocator.Allocate(bytes.Length);
            bytes.CopyTo(memory.Memory.Span);
            HeldBytes = bytes.Length + (withBatch ? 100 : 0);
            target.Ledger.Made(this);
        }

        public long Rows { get; }

        public long Bytes => Rows * sizeof(long);

        public long HeldBytes { get; }

        public ReadOnlySpan<long> Values => MemoryMarshal.Cast<byte, long>(memory.Memory.Span)[..(int)Rows];

        public void OnDisposed(Action released) => this.released = released;

        public void Dispose()
        {
            target.Ledger.Disposed(this);
            memory.Dispose();
            batch?.Dispose();
            released?.Invoke();
        }
    }
}
