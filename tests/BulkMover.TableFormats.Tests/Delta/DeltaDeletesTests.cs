using System.Buffers.Binary;
using System.IO.Hashing;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.ObjectStores.Local;
using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.Delta.Deletes;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>
/// PROTOCOL.md, "Deletion Vectors". The rows and the UUID are those of the protocol's examples; the bitmap of its inline example is in a
/// format that the protocol does not describe, so here it stands in the portable one.
/// </summary>
public sealed class DeltaDeletesTests : IDisposable
{
    private const string Inline = "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L";
    private const string InlineOfProtocol = "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L";
    private const string Uuid = "ab^-aqEH.-t@S}K{vb[*k^";
    private const string FileOfUuid = "ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin";
    private static readonly long[] Deleted = [3, 4, 7, 11, 18, 29];

    private readonly TemporaryDirectory directory = new();

    private static byte[] Bitmap => Base85.Decode(Inline)!;

    [Fact]
    public async Task Load_InlineVector_HasTheRows()
    {
        IRowDeletes deletes = Deletes(new DeletionVector("i", Inline, null, 44, 6));

        Assert.Equal(6, deletes.Rows);
        Assert.Equal(Deleted, await RowsOfAsync(deletes));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(null)]
    public async Task Load_FileNamedByUuid_IsReadAtItsOffset(int? offset)
    {
        Write(FileOfUuid, offset ?? 0, Stored(Bitmap));

        Assert.Equal(Deleted, await RowsOfAsync(Deletes(new DeletionVector("u", Uuid, offset, 44, 6))));
    }

    [Fact]
    public async Task Load_FileNamedByUuidWithoutPrefix_IsInTheTablesRoot()
    {
        Write(Path.GetFileName(FileOfUuid), 1, Stored(Bitmap));

        Assert.Equal(Deleted, await RowsOfAsync(Deletes(new DeletionVector("u", Uuid[2..], 1, 44, 6))));
    }

    [Fact]
    public async Task Load_AbsolutePath_IsTaken()
    {
        Write("elsewhere/my vector.bin", 1, Stored(Bitmap));
        string path = directory.PathOf("elsewhere/my%20vector.bin");

        Assert.Equal(Deleted, await RowsOfAsync(Deletes(new DeletionVector("p", path, 1, 44, 6))));
    }

    [Theory]
    [InlineData("u", Uuid, 44, 5, "more rows than it should have")]
    [InlineData("u", Uuid, 36, 6, "says 44 bytes, the log says 36")]
    [InlineData("u", "short", 44, 6, "UUID")]
    [InlineData("x", Uuid, 44, 6, "storage type")]
    [InlineData("i", "wi5b=00001", 40, 6, "Base85")]
    [InlineData("i", "wi5b=0000~", 8, 6, "Base85")]
    [InlineData("i", InlineOfProtocol, 40, 6, "portable format")]
    [InlineData("i", "wi5b=0000100000000000", 16, 6, "Base85")]
    public async Task Load_DescriptorDiffersFromTheVector_IsAnError(string type, string pathOrInline, long size, long cardinality, string why)
    {
        Write(FileOfUuid, 1, Stored(Bitmap));

        await AssertBrokenAsync(new DeletionVector(type, pathOrInline, type == "i" ? null : 1, size, cardinality), why);
    }

    [Fact]
    public async Task Load_ByteChanged_IsFoundByTheChecksum()
    {
        byte[] stored = Stored(Bitmap);
        stored[^8] ^= 1;
        Write(FileOfUuid, 1, stored);

        await AssertBrokenAsync(new DeletionVector("u", Uuid, 1, 44, 6), "checksum");
    }

    [Fact]
    public async Task Load_BitmapEndsInTheMiddle_IsAnError()
    {
        Write(FileOfUuid, 1, Stored(Bitmap[..40]));

        await AssertBrokenAsync(new DeletionVector("u", Uuid, 1, 40, 6), "ends in the middle");
    }

    [Fact]
    public async Task Load_FileIsMissing_SaysWhich() =>
        Assert.Contains(FileOfUuid, (await Assert.ThrowsAsync<CorruptTableException>(() => RowsOfAsync(Deletes(new DeletionVector("u", Uuid, 1, 44, 6))))).Message,
            StringComparison.Ordinal);

    public void Dispose() => directory.Dispose();

    private async Task AssertBrokenAsync(DeletionVector vector, string why)
    {
        var error = await Assert.ThrowsAsync<CorruptTableException>(() => RowsOfAsync(Deletes(vector)));
        Assert.Equal("delta.deletion_vector_broken", error.Code);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    private DeltaDeletes Deletes(DeletionVector vector) => new(new LocalObjectStore(), directory.Location, directory.LocationOf("data.parquet"), 100, vector);

    private static async Task<IEnumerable<long>> RowsOfAsync(IRowDeletes deletes)
    {
        var positions = (PositionSet)await deletes.LoadAsync(TestContext.Current.CancellationToken);
        return Enumerable.Range(0, 100).Select(row => (long)row).Where(positions.Contains).ToList();
    }

    /// <summary>"Deletion Vector File Storage Format".</summary>
    private static byte[] Stored(byte[] bitmap)
    {
        byte[] bytes = new byte[4 + bitmap.Length + 4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, bitmap.Length);
        bitmap.CopyTo(bytes, 4);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 + bitmap.Length), Crc32.HashToUInt32(bitmap));
        return bytes;
    }

    private void Write(string name, int offset, byte[] stored) =>
        File.WriteAllBytes(directory.PathOf(name), [.. new byte[offset], .. stored]);
}
