using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Cli.Sources;
using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Transfers;
using BulkMover.ObjectStores.Local;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Canon;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>Tables of other engines, copied into tables of files: our own reader finds the same rows there.</summary>
public sealed class CopiesIntoLakes
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => new(CorpusIndex.Instance.Entries
        .Where(entry => entry.Outcome == "rows" && !Exceptions.FilesAreElsewhere.Contains(entry.Name)).Select(entry => entry.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public Task Copy_DecodedIntoParquetDirectory_HoldsTheSameRows(string name) => CopyAsync(name, isAdopting: false);

    [Theory]
    [MemberData(nameof(Names))]
    public Task Copy_AdoptedIntoParquetDirectory_HoldsTheSameRows(string name) => CopyAsync(name, isAdopting: true);

    private static async Task CopyAsync(string name, bool isAdopting)
    {
        CorpusEntry entry = CorpusIndex.Instance[name];
        using var directory = new TemporaryDirectory();
        Source source = await SourceOpener.OpenAsync(entry.Address, Token);
        try
        {
            ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, Token);
            Scan scan = ScanOf(snapshot);
            await using var target = LakeTarget.OfParquet("target", new LocalObjectStore(directory.Location), directory.Location, new LakeOptions());
            long rows = await CopyAsync(source, snapshot, scan, target, isAdopting);

            await AssertSameAsync(source, snapshot, scan, await SourceOpener.OpenAsync($"parquet:{directory.FullName}", Token), rows);
        }
        catch (BulkMoverException refusal) when (refusal is UnsupportedFeatureException or TargetException)
        {
            Assert.True(refusal is UnsupportedFeatureException && Refusals.Allow(entry, (UnsupportedFeatureException)refusal), refusal.Message);
        }
    }

    /// <summary>Variants inside of other types are left out: they arrive as text, and what reads them here would print them otherwise than text.</summary>
    private static Scan ScanOf(ITableSnapshot snapshot) => new(
        snapshot, [.. snapshot.Schema.FieldsList.Where(field => field.IsVariant() || !HasVariant(field)).Select(field => field.Name)], where: null);

    private static bool HasVariant(Field field) => field.IsVariant() || ((field.DataType as NestedType)?.Fields ?? []).Any(HasVariant);

    private static async Task<long> CopyAsync(Source source, ITableSnapshot snapshot, Scan scan, ITarget target, bool isAdopting)
    {
        var origin = new TransferOrigin("command", "selection", source.Name, snapshot.Id);
        var request = new TargetRequest(TransferId.Of(source.Name), origin, scan.OutputSchema, CopyMode.Create, [])
        {
            Adoption = isAdopting ? new Adoption(source.Store, snapshot.Matching, IsRequired: false) : null,
        };
        TargetPlan plan = await target.PlanAsync(request, Token);
        var copy = new CopyTransfer(snapshot, scan, source.NewReader(snapshot, scan), target, plan, new MemoryBudget(MemoryBudget.DefaultBytes()), new CopyOptions());
        return (await copy.RunAsync(Token)).Rows;
    }

    private static async Task AssertSameAsync(Source source, ITableSnapshot snapshot, Scan scan, Source copy, long rows)
    {
        ITableSnapshot copied = await copy.OpenReadableSnapshotAsync(selector: null, Token);
        CanonRows expected = await ReadAsync(source, snapshot, scan), found = await ReadAsync(copy, copied, new Scan(copied, [.. scan.OutputSchema.FieldsList.Select(field => field.Name)], where: null));

        Assert.Equal(expected.Count, rows);
        if (found.DifferenceFrom(expected) is { } difference)
            Assert.Fail(difference);
    }

    private static async Task<CanonRows> ReadAsync(Source source, ITableSnapshot snapshot, Scan scan)
    {
        var canon = new CanonWriter(new CanonStyle());
        var rows = new CanonRows();
        await foreach (RecordBatch batch in ForeignTable.BatchesAsync(source, snapshot, scan, Token))
        {
            // Variants are compared as the texts that they arrive as.
            using (var texts = new RecordBatch(new Schema([.. batch.Schema.FieldsList.Select(WithoutMark)], null), batch.Arrays, batch.Length))
                rows.Add(canon.Lines(texts));
        }

        return rows;
    }

    private static Field WithoutMark(Field field) => field.IsUuid() ? field : new Field(field.Name, field.DataType, field.IsNullable);
}
