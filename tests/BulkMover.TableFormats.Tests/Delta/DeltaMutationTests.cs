using BulkMover.Core.Errors;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>Whatever the bytes are: an answer or an error of ours, soon.</summary>
public sealed class DeltaMutationTests : IDisposable
{
    private readonly DeltaFolder table = new();
    private readonly Random random = new(20241101);

    [Fact]
    public async Task Plan_CommitIsMutated_IsReadOrRefused()
    {
        table.Commit(0, ProtocolWith("deletionVectors"), Metadata(Schema(("id", "long"), ("p", "date")), ["p"]),
            Add("p=2024-01-01/a%20b", new Dictionary<string, string?> { ["p"] = "2024-01-01" }, """{"numRecords":3,"minValues":{"id":1},"tightBounds":true}"""),
            Remove("c", vector: "v1"), """{"commitInfo":{"timestamp":1704110400000,"operation":"WRITE"}}""");

        await AssertBoundedAsync(table.LogPath("00000000000000000000.json"), rounds: 4000);
    }

    [Fact]
    public async Task Plan_CheckpointIsMutated_IsReadOrRefused()
    {
        table.Checkpoint(2, [.. CheckpointRow.State(Schema(("id", "long"), ("p", "integer")), "p"),
            new CheckpointRow { AddPath = "a", PartitionValues = new() { ["p"] = "1" }, Stats = """{"numRecords":1}""" },
            new CheckpointRow { AddPath = "b", PartitionValues = new() { ["p"] = null }, ParsedStats = (3, 1, 9) }]);

        await AssertBoundedAsync(table.LogPath("00000000000000000002.checkpoint.parquet"), rounds: 2000);
    }

    public void Dispose() => table.Dispose();

    private async Task AssertBoundedAsync(string path, int rounds)
    {
        byte[] original = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        int errors = 0;
        for (int round = 0; round < rounds; round++)
        {
            await File.WriteAllBytesAsync(path, Mutate(original), TestContext.Current.CancellationToken);
            try
            {
                await table.PlanAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            }
            catch (BulkMoverException)
            {
                errors++;
            }
        }

        // Most places matter: were nearly all read, the mutations would not have reached the reader.
        Assert.InRange(errors, rounds / 4, rounds);
    }

    private byte[] Mutate(byte[] original)
    {
        byte[] bytes = [.. original];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(bytes.Length);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 20))..], 0];
                    break;
                default:
                    bytes = [.. bytes[..at], .. original.AsSpan(random.Next(original.Length / 2), random.Next(1, 20)), .. bytes[at..]];
                    break;
            }
        }

        return bytes;
    }
}
