using System.Globalization;
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
/// Whatever a checkpoint holds: an error of ours or a snapshot that stands to reason, and soon. Within a Parquet page, damage that leaves valid
/// pages cannot be seen (they have no checksum of their own), so there the number of files and their sizes must be what the version's checksum
/// says; where the content was changed and written anew, the files must be exactly those of its rows.
/// </summary>
public sealed class DeltaCheckpointMutationTests
{
    private const int Rounds = 2000;

    private static readonly Location Table = new("s3", "lake/t");
    private static readonly string Columns = Schema(("id", "long"), ("p", "integer"));

    private static readonly CheckpointRow[] Files =
    [
        new() { AddPath = "a%20b", PartitionValues = new() { ["p"] = "1" }, Stats = """{"numRecords":1}""", Size = 101 },
        new() { AddPath = "b", PartitionValues = new() { ["p"] = null }, ParsedStats = CheckpointStatistics.OfId(3, 1, 9), Size = 102 },
        new() { AddPath = "c", PartitionValues = new() { ["p"] = "-7" }, Vector = ("u", "ab^-aqEH.-t@S}K{vb[*k^", 4, 40, 6), Size = 103 },
        new() { AddPath = "d", PartitionValues = new() { ["p"] = "" }, Vector = ("i", "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", null, 40, 6), Size = 104 },
        new() { RemovePath = "e" },
    ];

    private static readonly CheckpointRow[] All =
    [
        new() { MinReaderVersion = 3, ReaderFeatures = ["deletionVectors", "v2Checkpoint"], WriterFeatures = ["deletionVectors", "v2Checkpoint"] },
        new() { SchemaString = Columns, PartitionColumns = ["p"] }, .. Files,
    ];

    private readonly MemoryObjectStore store = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Plan_BytesAreDamaged_IsAnErrorOrAsManyFilesAsTheChecksumSays(int seed)
    {
        byte[] original = CheckpointFile.Bytes(All);
        Write("00000000000000000002.crc", """{"tableSizeBytes":410,"numFiles":4}"""u8.ToArray());
        await AssertAsync(seed, random =>
        {
            Write("00000000000000000002.checkpoint.parquet", Mutations.OfBytes(original, random));
            return files => files.Count == 4 && files.Sum(file => file.FileBytes) == 410;
        });
    }

    [Fact]
    public async Task Plan_SidecarIsDamaged_IsAnErrorOrAsManyFilesAsTheChecksumSays()
    {
        byte[] original = CheckpointFile.Bytes(Files);
        Write("00000000000000000002.crc", """{"tableSizeBytes":410,"numFiles":4}"""u8.ToArray());
        Write("00000000000000000002.checkpoint.parquet", CheckpointFile.Bytes([.. All[..2], new CheckpointRow { Sidecar = ("s.parquet", original.Length) }]));
        await AssertAsync(3, random =>
        {
            Write("_sidecars/s.parquet", Mutations.OfBytes(original, random));
            return files => files.Count == 4 && files.Sum(file => file.FileBytes) == 410;
        });
    }

    [Fact]
    public async Task Plan_RowsAreChanged_IsAnErrorOrExactlyTheirFiles() => await AssertAsync(4, random =>
    {
        CheckpointRow[] rows = Change(All, random);
        Write("00000000000000000002.checkpoint.parquet", CheckpointFile.Bytes(rows));
        bool isPartitioned = rows.Any(row => row.PartitionColumns.Length > 0);
        return files => rows.Where(row => row.AddPath is not null)
            .Select(row => (DeltaPath.Resolve(Table, row.AddPath).ToString(), row.Size, isPartitioned ? Number(row.PartitionValues["p"]) : null))
            .Distinct().Order().SequenceEqual(files.Select(file => (file.File.ToString(), file.FileBytes, (long?)file.Constants.GetValueOrDefault("p")?.Value)).Order());
    });

    [Fact]
    public async Task Plan_JsonCheckpointIsDamaged_IsAnErrorOrTheFilesThatItsLinesSay()
    {
        string[] lines =
        [
            """{"checkpointMetadata":{"version":2}}""", ProtocolWith("deletionVectors", "v2Checkpoint"), Metadata(Columns, ["p"]),
            Add("a%20b", new Dictionary<string, string?> { ["p"] = "1" }), Add("b", new Dictionary<string, string?> { ["p"] = null }, vector: "v1"),
        ];
        byte[] original = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        await AssertAsync(5, random =>
        {
            byte[] text = random.Next(2) == 0 ? Mutations.OfBytes(original, random) : Mutations.OfLines(lines, random);
            Write("00000000000000000002.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json", text);
            HashSet<(string File, long Bytes)>? said = NaiveReplay.Files(Table, text);
            return files => said?.SetEquals(files.Select(file => (file.File.ToString(), file.FileBytes))) == true && files.Count == said.Count;
        });
    }

    /// <param name="seed">Of the damage.</param>
    /// <param name="damage">Writes a damaged table; what it gives says whether files, if any are read, may be those of it.</param>
    private async Task AssertAsync(int seed, Func<Random, Func<List<ScanTask>, bool>> damage)
    {
        var random = new Random(seed);
        int errors = 0;
        for (int round = 0; round < Rounds; round++)
        {
            Func<List<ScanTask>, bool> isRight = damage(random);
            try
            {
                List<ScanTask> files = await PlanAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
                Assert.True(isRight(files), $"Round {round} of seed {seed}: {string.Join(' ', files)}");
            }
            catch (BulkMoverException error)
            {
                Assert.True(error is CorruptTableException or UnsupportedFeatureException, $"Round {round} of seed {seed}: {error}");
                errors++;
            }
        }

        // Most places matter: were nearly all read, the damage would not have reached the reader.
        Assert.InRange(errors, Rounds / 5, Rounds);
    }

    private static CheckpointRow[] Change(CheckpointRow[] rows, Random random)
    {
        List<CheckpointRow> changed = [.. rows];
        int at = random.Next(changed.Count);
        CheckpointRow row = changed[at];
        string text = new[] { "", "a", "a%20b", "../x", "1", "\0", "1e5", "99999999999", "{}" }[random.Next(9)];
        switch (random.Next(4))
        {
            case 0:
                changed.RemoveAt(at);
                break;
            case 1:
                changed.Insert(random.Next(changed.Count), row);
                break;
            default:
                changed[at] = row switch
                {
                    { MinReaderVersion: not null } => random.Next(2) == 0
                        ? row with { MinReaderVersion = random.Next(-2, 6) }
                        : row with { ReaderFeatures = random.Next(2) == 0 ? null : [.. row.ReaderFeatures!, text] },
                    { SchemaString: { } schema } => random.Next(2) == 0
                        ? row with { SchemaString = random.Next(2) == 0 ? schema[..random.Next(schema.Length)] : text }
                        : row with { PartitionColumns = random.Next(2) == 0 ? ["p", text] : [] },
                    { AddPath: not null } => random.Next(4) switch
                    {
                        0 => row with { AddPath = text },
                        1 => row with { Size = random.Next(-5, 5) },
                        2 => row with { PartitionValues = new() { [random.Next(3) == 0 ? "P" : "p"] = text } },
                        _ => row with { Vector = (text, text, random.Next(-1, 9), random.Next(-1, 50), random.Next(-1, 9)) },
                    },
                    _ => row with { RemovePath = text },
                };
                break;
        }

        return [.. changed];
    }

    private async Task<List<ScanTask>> PlanAsync()
    {
        DeltaTable table = await DeltaTable.OpenAsync(store, Table, TestContext.Current.CancellationToken);
        ITableSnapshot snapshot = await table.OpenSnapshotAsync(null, TestContext.Current.CancellationToken);
        return await snapshot.PlanAsync(new Scan(snapshot, null, null), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
    }

    private static long? Number(string? text) => string.IsNullOrEmpty(text) ? null : long.Parse(text, CultureInfo.InvariantCulture);

    private void Write(string name, byte[] bytes) => store[Table.Combine($"_delta_log/{name}")] = bytes;
}
