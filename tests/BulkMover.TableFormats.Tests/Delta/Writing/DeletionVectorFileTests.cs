using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.Delta.Deletes;
using BulkMover.TableFormats.Delta.Writing;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Delta.Writing;

/// <summary>PROTOCOL.md, "Deletion Vector Format", "Deletion Vector File Storage Format", "Derived Fields".</summary>
public sealed class DeletionVectorFileTests
{
    private static readonly Location Root = new("s3", "lake/t");

    private readonly MemoryObjectStore objects = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The rows of the protocol's inline example.</summary>
    [Fact]
    public async Task Write_RowsOfTheProtocolsExample_HasTheBytesThatItDescribes()
    {
        WrittenDeletes written = await WriteAsync(3, 4, 7, 11, 18, 29);

        byte[] bitmap =
        [
            0xD1, 0xD3, 0x39, 0x64, // 1681511377 in little-endian
            1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // one bucket, with key 0
            0x3A, 0x30, 0, 0, 1, 0, 0, 0, // cookie without runs, one container
            0, 0, 5, 0, 16, 0, 0, 0, // its key, cardinality less one and offset
            3, 0, 4, 0, 7, 0, 11, 0, 18, 0, 29, 0,
        ];
        // The checksum of these bytes by another implementation, Python's zlib.crc32.
        byte[] expected = [1, 0, 0, 0, 44, .. bitmap, 0xAC, 0xD7, 0x4A, 0x79];
        Assert.Equal(expected, objects[Root.Combine(written.Path)]);
        Assert.Equal((expected.Length, 6), (written.Bytes, written.Rows));
    }

    [Fact]
    public async Task Describe_WhatWasWritten_IsFoundByTheReader()
    {
        long[] rows = [.. Enumerable.Range(0, 20_000).Select(row => row * 7L), (1L << 32) + 5];
        WrittenDeletes written = await WriteAsync(rows);

        DeletionVector vector = DeletionVectorFile.Describe(written);
        var found = (PositionSet)await new DeltaDeletes(objects, Root, Root.Combine("bulkmover/x/a.parquet"), null, vector).LoadAsync(Token);

        Assert.Equal((rows.Length, rows.Length), (found.Count, vector.Cardinality));
        Assert.All(rows, row => Assert.True(found.Contains(row)));
        Assert.Equal(written.Path, Assert.Single(objects.Locations).Path[(Root.Path.Length + 1)..]);
    }

    [Fact]
    public async Task Write_SameDataFileAgain_ComesUponTheSameName()
    {
        string first = (await WriteAsync(1)).Path;

        Assert.Equal(first, (await WriteAsync(1, 2)).Path);
        Assert.Single(objects.Locations);
    }

    /// <summary>The UUID of "JSON Example 1", and the text that follows its prefix.</summary>
    [Fact]
    public void Encode_UuidOfTheProtocolsExample_IsItsText() =>
        Assert.Equal("^-aqEH.-t@S}K{vb[*k^", Base85.Encode(Guid.Parse("d2c639aa-8816-431a-aaf6-d3fe2512ff61").ToByteArray(bigEndian: true)));

    private Task<WrittenDeletes> WriteAsync(params long[] rows) =>
        new DeletionVectorFile().WriteAsync(new DeletesPlace(objects, Root, "bulkmover/x", "bulkmover/x/p=1/a.parquet"), rows, Token);
}
