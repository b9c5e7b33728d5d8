using Apache.Arrow;
using BulkMover.Cli.Sources;
using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using BulkMover.Conformance.SecondEngines;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
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

/// <summary>Tables of other engines, decoded and written as Parquet by us: DuckDB finds the same values in those files.</summary>
public sealed class FilesReadByDuckDb
{
    /// <summary>Larger tables have no types that the smaller have not.</summary>
    private const int MostRows = 20_000;

    /// <summary>So many of each format, spread over all of its tables.</summary>
    private const int TablesOfFormat = 80;

    /// <summary>Type names of <see cref="SourceType"/> that the tables have to have among them.</summary>
    private static readonly string[] Types =
        ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float", "double", "decimal", "string", "binary", "date32", "timestamp", "time", "list", "map", "struct", "uuid"];

    /// <summary>As DuckDB's types are; variants are text in Parquet.</summary>
    private static readonly CanonStyle Style = new DuckDbEngine().Style with { VariantsAsText = true };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Copy_IntoParquet_DuckDbReadsTheSameValues()
    {
        var problems = new List<string>();
        var types = new HashSet<string>(StringComparer.Ordinal);
        int read = 0;
        foreach (CorpusEntry entry in Entries())
        {
            using var directory = new TemporaryDirectory();
            if (await CopyAsync(entry, directory.Location) is not { } copied || HasNamesAlike(copied.Schema))
                continue;
            using EngineAnswer answer = DuckDbEngine.ReadFiles($"{directory.FullName}/*.parquet");
            if ((answer.Error ?? Difference(answer, copied.Rows, copied.Schema)) is { } difference)
                problems.Add($"{entry.Name}: {difference}");
            types.UnionWith(copied.Schema.FieldsList.Select(SourceType.Describe).SelectMany(type => Types.Where(name => type.Contains(name, StringComparison.Ordinal))));
            read++;
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
        Assert.Equal(Types.Order(StringComparer.Ordinal), types.Order(StringComparer.Ordinal));
        Assert.True(read > TablesOfFormat, $"Only {read} tables.");
    }

    private static IEnumerable<CorpusEntry> Entries() => CorpusIndex.Instance.Entries
        .Where(entry => entry.Outcome == "rows" && entry.Expected!.Rows is > 0 and <= MostRows && !Exceptions.FilesAreElsewhere.Contains(entry.Name))
        .GroupBy(entry => entry.Format)
        .SelectMany(format => format.Where((_, place) => place * TablesOfFormat / format.Count() != (place - 1) * TablesOfFormat / format.Count()));

    /// <summary>DuckDB renames a column whose name differs only in case from another.</summary>
    private static bool HasNamesAlike(Schema schema) => schema.FieldsList.DistinctBy(field => field.Name, StringComparer.OrdinalIgnoreCase).Count() < schema.FieldsList.Count;

    private static string? Difference(EngineAnswer answer, CanonRows ours, Schema schema)
    {
        var canon = new CanonWriter(Style);
        var theirs = new CanonRows();
        foreach (RecordBatch batch in answer.Batches)
            theirs.Add(canon.Lines(EngineColumns.Under(schema, batch)));
        return theirs.DifferenceFrom(ours);
    }

    /// <returns>What was read of the source; null when we refuse it, or Parquet cannot have it.</returns>
    private static async Task<(CanonRows Rows, Schema Schema)?> CopyAsync(CorpusEntry entry, Location directory)
    {
        try
        {
            Source source = await SourceOpener.OpenAsync(entry.Address, Token);
            ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, Token);
            var scan = new Scan(snapshot, columns: null, where: null);
            var canon = new CanonWriter(Style);
            var rows = new CanonRows();
            await foreach (RecordBatch batch in ForeignTable.BatchesAsync(source, snapshot, scan, Token))
            {
                using (batch)
                    rows.Add(canon.Lines(batch));
            }

            await using LakeTarget target = LakeTarget.OfParquet("parquet", new LocalObjectStore(directory), directory, new LakeOptions { PartitionBy = [] });
            var request = new TargetRequest(
                TransferId.Of(source.Name), new TransferOrigin("command", "selection", source.Name, snapshot.Id), scan.OutputSchema, CopyMode.Create, []);
            TargetPlan plan = await target.PlanAsync(request, Token);
            var copy = new CopyTransfer(
                snapshot, scan, source.NewReader(snapshot, scan), target, plan, new MemoryBudget(MemoryBudget.DefaultBytes()), new CopyOptions());
            await copy.RunAsync(Token);
            return (rows, scan.OutputSchema);
        }
        catch (UnsupportedFeatureException refusal) when (Refusals.Allow(entry, refusal))
        {
            return null;
        }
        catch (TargetException refusal) when (refusal.Code == "parquet.type_unsupported")
        {
            return null;
        }
    }
}
