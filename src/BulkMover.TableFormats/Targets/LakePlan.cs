using Apache.Arrow;
using Apache.Arrow.Ipc;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;

namespace BulkMover.TableFormats.Targets;

/// <summary>What a lake's table will do with a request.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Write">How rows are written; null where all have arrived and only the commit is left.</param>
/// <param name="State">What the ledger tells of the transfer.</param>
internal sealed record LakePlan(TargetRequest Request, TableWrite? Write, TransferState State) : TargetPlan(
    Request, Write?.Columns ?? [], Write?.Steps ?? [], Write?.Notes ?? [])
{
    public override bool IsOfFiles => Write is not null;

    public override bool MayAdopt(ScanTask task) => Write is not null && Request.Adoption is { } adoption && FileAdoption.MayFit(task, Write, adoption.IsRequired);

    /// <summary>What the ledger is to keep of the run that begins.</summary>
    public TransferBegun Begin(bool isFirst, long number) => new(
        Request.Origin, Request.Mode, SchemaBytes(Request.Schema), [.. Request.SortOrder.Select(sort => (sort.Descending ? "-" : "+") + sort.Column)],
        Write?.Settled ?? State.Begun!.Settled, isFirst, number)
    {
        PartitionTerms = Request.PartitionTerms,
        PartitionNames = Request.PartitionNames,
        SourceRows = SourceRows,
    };

    /// <summary>What was asked of the run that began from zero.</summary>
    public static TargetRequest RequestOf(TransferState state) => new(
        state.Transfer, state.Begun!.Origin, ReadSchema(state.Begun.Schema), state.Begun.Mode,
        [.. state.Begun.SortOrder.Select(sort => new SortField(sort[1..], Descending: sort[0] == '-'))])
    {
        PartitionTerms = state.Begun.PartitionTerms,
        PartitionNames = state.Begun.PartitionNames,
    };

    private static byte[] SchemaBytes(Schema schema)
    {
        using var bytes = new MemoryStream();
        using var writer = new ArrowStreamWriter(bytes, schema, leaveOpen: true);
        writer.WriteStart();
        writer.WriteEnd();
        return bytes.ToArray();
    }

    private static Schema ReadSchema(byte[] bytes)
    {
        using var reader = new ArrowStreamReader(bytes);
        return reader.Schema;
    }
}
