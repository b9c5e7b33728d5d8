using System.Text;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.TableFormats.Delta;
using BulkMover.Testing.Stores;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>
/// Whatever the bytes of a log are: an error of ours, or exactly the files that its lines say, and soon. A value that changed into another valid
/// value cannot be told from what was meant, but no file may be made up or left out, and no line that is no action may be stepped over.
/// </summary>
public sealed class DeltaLogMutationTests
{
    private static readonly string[] First =
    [
        ProtocolWith("deletionVectors", "columnMapping"), Metadata(Schema(("id", "long"), ("p", "date")), ["p"]),
        Add("p=2024-01-01/a%20b", Day("2024-01-01"), """{"numRecords":3,"minValues":{"id":1},"tightBounds":true}"""),
        Add("b", Day(null)), Add("c", Day("2024-02-29"), vector: "v1"), """{"commitInfo":{"timestamp":1704110400000,"operation":"WRITE"}}""",
    ];

    private static readonly string[] Second =
    [
        Remove("b"), Remove("c", vector: "v1"), Add("c", Day("2024-02-29"), vector: "v2"), """{"txn":{"appId":"a","version":1}}""", Add("d", Day("")),
    ];

    private static readonly string[] Reconciled =
    [
        First[0], First[1], First[2], Remove("b"), Remove("c", vector: "v1"), Add("c", Day("2024-02-29"), vector: "v2"), Add("d", Day("")),
    ];

    [Theory]
    [InlineData(1, "bytes", 0)]
    [InlineData(2, "bytes", 1)]
    [InlineData(3, "values", 0)]
    [InlineData(4, "values", 1)]
    [InlineData(5, "compaction", 0)]
    public async Task Plan_LogIsDamaged_IsAnErrorOrTheFilesThatItsLinesSay(int seed, string kind, int damaged)
    {
        const int Rounds = 2000;
        var random = new Random(seed);
        var store = new MemoryObjectStore();
        var table = new Location("s3", "lake/t");
        byte[][] commits = [Encoding.UTF8.GetBytes(string.Join('\n', First)), Encoding.UTF8.GetBytes(string.Join('\n', Second))];
        int errors = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[][] texts = kind == "compaction" ? [Encoding.UTF8.GetBytes(string.Join('\n', Reconciled))] : [.. commits];
            texts[damaged] = kind == "values" ? Mutations.OfLines(damaged == 0 ? First : Second, random) : Mutations.OfBytes(texts[damaged], random);
            store[table.Combine("_delta_log/00000000000000000000.json")] = texts[0];
            if (kind == "compaction")
                store[table.Combine("_delta_log/00000000000000000000.00000000000000000001.compacted.json")] = texts[0];
            else
                store[table.Combine("_delta_log/00000000000000000001.json")] = texts[1];

            HashSet<(string File, long Bytes)>? said = NaiveReplay.Files(table, [.. texts.Reverse()]);
            try
            {
                List<ScanTask> planned = await PlanAsync(store, table).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
                Assert.True(said is not null, $"Read though it is no log: {Encoding.UTF8.GetString(texts[damaged])}");
                Assert.Equal(said.Order(), planned.Select(task => (task.File.ToString(), task.FileBytes)).Order());
            }
            catch (BulkMoverException error)
            {
                Assert.True(error is CorruptTableException or UnsupportedFeatureException, $"{error}");
                errors++;
            }
        }

        // Most places matter: were nearly all read, the damage would not have reached the reader.
        Assert.InRange(errors, Rounds / 5, Rounds);
    }

    private static async Task<List<ScanTask>> PlanAsync(IObjectStore store, Location location)
    {
        DeltaTable table = await DeltaTable.OpenAsync(store, location, TestContext.Current.CancellationToken);
        ITableSnapshot snapshot = await table.OpenSnapshotAsync(null, TestContext.Current.CancellationToken);
        return await snapshot.PlanAsync(new Scan(snapshot, null, null), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
    }

    private static Dictionary<string, string?> Day(string? day) => new() { ["p"] = day };
}
