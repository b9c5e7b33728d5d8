using System.Text.RegularExpressions;
using Apache.Arrow.Memory;
using BulkMover.Cli.Sources;
using BulkMover.Conformance.Corpus;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.FileFormats.DataFiles;
using BulkMover.TableFormats.Iceberg;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Writing;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Canon;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>
/// Iceberg tables of format version 3 that other engines have written, copied into memory at the place that they say: they get their own rows once
/// more, and keep or lose those that were there (Iceberg spec, "Row Lineage").
/// </summary>
public sealed partial class TargetsOfVersionThree
{
    private const string RowId = "_row_id";

    /// <summary>Files that are read by others, types that are not written, and a table whose location is no place that can be written to.</summary>
    private static readonly string[] Others = ["impala-iceberg_v3_default_value_orc", "impala-iceberg_v3_row_lineage_orc", "impala-trino_nested_variant", "duckdbref-multi_blob_deletion_vectors"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool> Tables
    {
        get
        {
            var tables = new TheoryData<string, bool>();
            foreach (CorpusEntry entry in CorpusIndex.Instance.Entries.Where(entry => entry is { Format: "iceberg", Outcome: "rows" } && entry.Features.Contains("row_lineage") && !Others.Contains(entry.Name)))
            {
                tables.Add(entry.Name, false);
                tables.Add(entry.Name, true);
            }

            return tables;
        }
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Append_ItsOwnRows_ThoseThatWereThereKeepTheirIdsAndNewOnesGetOthers(string name, bool isAdopting)
    {
        (MemoryObjectStore store, Location root, long nextRowId, Source source, ITableSnapshot snapshot) = await OpenAsync(name);
        Dictionary<long, string> before = await ReadAsync(store, root);

        await CopyAsync(store, root, source, snapshot, isAdopting, CopyMode.Append);

        Dictionary<long, string> after = await ReadAsync(store, root);
        Assert.Equal(2 * before.Count, after.Count);
        Assert.All(before, row => Assert.Equal(row.Value, after[row.Key]));
        Assert.Equal(before.Values.Order(StringComparer.Ordinal), after.Where(row => row.Key >= nextRowId).Select(row => row.Value).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Replace_ByItsOwnRows_AllOfThemHaveNewIds(string name, bool isAdopting)
    {
        (MemoryObjectStore store, Location root, long nextRowId, Source source, ITableSnapshot snapshot) = await OpenAsync(name);
        Dictionary<long, string> before = await ReadAsync(store, root);

        await CopyAsync(store, root, source, snapshot, isAdopting, CopyMode.Replace);

        Dictionary<long, string> after = await ReadAsync(store, root);
        Assert.Equal(before.Values.Order(StringComparer.Ordinal), after.Values.Order(StringComparer.Ordinal));
        Assert.All(after.Keys, id => Assert.InRange(id, nextRowId, long.MaxValue));
    }

    private static async Task CopyAsync(MemoryObjectStore store, Location root, Source source, ITableSnapshot snapshot, bool isAdopting, CopyMode mode)
    {
        await using LakeTarget target = LakeTarget.OfIceberg(source.Name, new WritableMemoryStore(store), root, new LakeOptions());
        await LakeCopies.RunAsync(source, snapshot, new Scan(snapshot, columns: null, where: null), target, isAdopting, mode);
    }

    private static async Task<(MemoryObjectStore Store, Location Root, long NextRowId, Source Source, ITableSnapshot Snapshot)> OpenAsync(string name)
    {
        CorpusEntry entry = CorpusIndex.Instance[name];
        Source source = await SourceOpener.OpenAsync(entry.Address, Token);
        MetadataFile file = await MetadataLocator.FindAsync(source.Store, Location.Parse(entry.Address["iceberg:".Length..]), Token);
        ReadOnlyMemory<byte> json = await MetadataBytes.ReadAsync(source.Store, file.Location, Token);
        TableMetadata metadata = TableMetadataParser.Parse(json, name);
        Location root = metadata.Location.Split("://") is [var scheme, var path] ? new Location(scheme, path) : Location.OnDisk(metadata.Location);
        var store = new MemoryObjectStore();
        string directory = file.TableRoot.Path;
        foreach (string below in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith("metadata.json", StringComparison.Ordinal)))
            store[root.Combine(Path.GetRelativePath(directory, below))] = await File.ReadAllBytesAsync(below, Token);
        store.Remove(root.Combine("metadata/version-hint.text"));
        Location document = root.Combine("metadata/v1.metadata.json");
        store[document] = json.ToArray();
        var state = new TableState(System.Text.Json.Nodes.JsonNode.Parse(json.Span)!.AsObject(), metadata, document);
        return (store, root, state.NextRowId!.Value, source, await source.OpenReadableSnapshotAsync(selector: null, Token));
    }

    /// <summary>The table's rows by their ids, which are unique.</summary>
    private static async Task<Dictionary<long, string>> ReadAsync(MemoryObjectStore store, Location root)
    {
        ITableSnapshot snapshot = await (await IcebergTable.OpenAsync(store, root, Token)).OpenSnapshotAsync(null, Token);
        Scan scan = Source.NewScan(snapshot, [.. snapshot.Schema.FieldsList.Select(field => field.Name), RowId], where: null);
        var reader = new DataFileReader(store, scan, BatchSize.Usual, MemoryAllocator.Default.Value);
        var canon = new CanonWriter(new CanonStyle());
        var rows = new Dictionary<long, string>();
        await foreach (ScanTask task in snapshot.PlanAsync(scan, Token))
        {
            await foreach (IRowGroupScan rowGroup in reader.OpenAsync(task, Token))
            {
                using (rowGroup)
                {
                    await rowGroup.FetchAsync(Token);
                    while (rowGroup.ReadNext(Token) is { } batch)
                    {
                        using (batch)
                        {
                            foreach (string line in canon.Lines(batch))
                            {
                                Match id = IdOfRow().Match(line);
                                rows.Add(long.Parse(id.Groups[1].ValueSpan), line.Replace(id.Value, "", StringComparison.Ordinal));
                            }
                        }
                    }
                }
            }
        }

        return rows;
    }

    [GeneratedRegex("""^?,?"_row_id":"?(\d+)"?""")]
    private static partial Regex IdOfRow();
}
