using System.Buffers.Binary;
using System.IO.Hashing;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg.Mutations;

/// <summary>
/// Broken deletion vectors (Puffin spec, "deletion-vector-v1 blob type"). Length, magic number and checksum cover them, so that every change
/// is told by name; behind a checksum that was made to fit, bitmaps are either whole or told.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class DeletionVectorMutationTests
{
    private const string DataFile = "s3://lake/db/t/data/a.parquet";

    /// <summary>Where the vector begins in the file, and its bytes before and behind the bitmap: length, magic number; checksum.</summary>
    private const int Offset = 4, Head = 8, Tail = 4;

    private const int Rows = 3 + 5000 + 4;

    /// <summary>What loading eight kilobytes may allocate, the error's text and trace included.</summary>
    private const long MaxAllocatedBytes = 2 * 1024 * 1024;

    [Fact]
    public async Task Load_VectorIsMutated_ThrowsEveryTime()
    {
        (TestTable table, IRowDeletes deletes) = await OpenAsync();
        Location puffin = table.Root.Combine("data/v.puffin");
        byte[] good = table.Store[puffin];
        var mutator = new Mutator(seed: 3);
        for (int round = 0; round < 10_000; round++)
        {
            int end = Offset + Head + Bitmaps.Length + Tail;
            // A few lose their end; the others stay as long as they are.
            table.Store[puffin] = round % 10 == 0 ? good[..mutator.Random.Next(end)] : mutator.MutateWithin(good, Offset, end);
            CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(() => deletes.LoadAsync(TestContext.Current.CancellationToken));
            Assert.Equal("iceberg.deletes_invalid", error.Code);
        }
    }

    [Fact]
    public async Task Load_BitmapBehindAFittingChecksumIsMutated_IsWholeOrRefused()
    {
        (TestTable table, IRowDeletes deletes) = await OpenAsync();
        Location puffin = table.Root.Combine("data/v.puffin");
        byte[] good = table.Store[puffin];
        var mutator = new Mutator(seed: 4);
        int loaded = 0;
        for (int round = 0; round < 10_000; round++)
        {
            byte[] bytes = mutator.MutateWithin(good, Offset + Head, Offset + Head + (round % 2 == 0 ? 100 : Bitmaps.Length));
            Seal(bytes.AsSpan(Offset, Head + Bitmaps.Length + Tail));
            table.Store[puffin] = bytes;
            long before = GC.GetTotalAllocatedBytes();
            try
            {
                await deletes.LoadAsync(TestContext.Current.CancellationToken);
                loaded++;
            }
            catch (CorruptTableException error)
            {
                Assert.Equal("iceberg.deletes_invalid", error.Code);
            }

            Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, MaxAllocatedBytes);
        }

        // Another position, in the order and as many: such a change nobody can tell.
        Assert.InRange(loaded, 1, 9_000);
    }

    /// <summary>Three bitmaps, one with each kind of container (RoaringFormatSpec): a list, bits, runs.</summary>
    private static byte[] Bitmaps { get; } =
    [
        3, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0x3A, 0x30, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 16, 0, 0, 0, 7, 0, 9, 0, 11, 0,
        1, 0, 0, 0, 0x3B, 0x30, 0, 0, 1, 0, 0, 3, 0, 2, 0, 10, 0, 2, 0, 20, 0, 0, 0,
        2, 0, 0, 0, 0x3A, 0x30, 0, 0, 1, 0, 0, 0, 0, 0, 0x87, 0x13, 16, 0, 0, 0, .. Enumerable.Repeat((byte)0xFF, 625), .. new byte[8192 - 625],
    ];

    private static async Task<(TestTable Table, IRowDeletes Deletes)> OpenAsync()
    {
        var table = new TestTable();
        byte[] blob = [.. new byte[4], 0xD1, 0xD3, 0x39, 0x64, .. Bitmaps, .. new byte[4]];
        Seal(blob);
        TestFile data = table.DataFile("a.parquet", (1, "a"));
        table.WithSnapshot(new TestManifest(data), new TestManifest(table.Vector(DataFile, blob, Rows)) { Content = 1 });
        ScanTask task = Assert.Single(await table.PlanAsync());
        await task.Deletes!.LoadAsync(TestContext.Current.CancellationToken);
        return (table, task.Deletes);
    }

    private static void Seal(Span<byte> blob)
    {
        BinaryPrimitives.WriteInt32BigEndian(blob, blob.Length - 8);
        BinaryPrimitives.WriteUInt32BigEndian(blob[^4..], Crc32.HashToUInt32(blob[4..^4]));
    }
}
