using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using ParquetSharp;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>Damaged files give errors, never a crash, and every byte of native memory comes back. Alone in the process, to count it.</summary>
[Collection(nameof(CorruptionTests))]
[CollectionDefinition(nameof(CorruptionTests), DisableParallelization = true)]
public sealed class CorruptionTests
{
    private static readonly Schema Table = new(
        [Field("id", Int64Type.Default, nullable: false), Field("s", StringType.Default), Field("d", new Decimal128Type(20, 2)), Field("l", new ListType(Int32Type.Default))],
        null);

    [Theory]
    [InlineData(Compression.Uncompressed, true)]
    [InlineData(Compression.Snappy, true)]
    [InlineData(Compression.Zstd, false)]
    public async Task ReadAsync_AnyByteChanged_ThrowsOrGivesAsManyRows(Compression codec, bool dictionary)
    {
        long before = MemoryPool.GetDefaultMemoryPool().BytesAllocated;
        using ParquetTestFile file = Write(builder =>
        {
            builder.Compression(codec);
            if (!dictionary)
                builder.DisableDictionary();
        });
        byte[] bytes = await System.IO.File.ReadAllBytesAsync(file.Path, TestContext.Current.CancellationToken);
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= (byte)(1 << (i % 8));
            await System.IO.File.WriteAllBytesAsync(file.Path, changed, TestContext.Current.CancellationToken);
            await ReadDamagedAsync(file, $"byte {i}");
        }

        Assert.Equal(before, MemoryPool.GetDefaultMemoryPool().BytesAllocated);
    }

    [Fact]
    public async Task ReadAsync_PagesWithChecksums_FindEveryChangedByteOfTheData()
    {
        using ParquetTestFile file = Write(builder => builder.Compression(Compression.Uncompressed).EnablePageChecksum());
        byte[] bytes = await System.IO.File.ReadAllBytesAsync(file.Path, TestContext.Current.CancellationToken);
        string[] rows = await file.ReadAsync(Table);
        long dataEnd = BulkMover.FileFormats.Parquet.ParquetFooter.Of(bytes, file.Location).DataEnd;
        for (int i = 4; i < dataEnd; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 0x10;
            await System.IO.File.WriteAllBytesAsync(file.Path, changed, TestContext.Current.CancellationToken);
            // Headers have no checksum: what changes there may change nothing.
            if (await ReadDamagedAsync(file, $"byte {i}") is { } read)
                Assert.Equal(rows, read);
        }
    }

    [Fact]
    public async Task ReadAsync_FileCutAnywhere_Throws()
    {
        using ParquetTestFile file = Write(builder => builder.Compression(Compression.Snappy));
        byte[] bytes = await System.IO.File.ReadAllBytesAsync(file.Path, TestContext.Current.CancellationToken);
        for (int length = 0; length < bytes.Length; length += 7)
        {
            await System.IO.File.WriteAllBytesAsync(file.Path, bytes[..length], TestContext.Current.CancellationToken);
            await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync(Table));
        }
    }

    [Fact]
    public async Task ReadAsync_Rows_GiveAllNativeMemoryBack()
    {
        long before = MemoryPool.GetDefaultMemoryPool().BytesAllocated;
        using ParquetTestFile file = Write(_ => { });

        Assert.Equal(40, (await file.ReadAsync(Table)).Length);
        Assert.Equal(before, MemoryPool.GetDefaultMemoryPool().BytesAllocated);
    }

    private static async Task<string[]?> ReadDamagedAsync(ParquetTestFile file, string what)
    {
        var rows = new List<string>();
        try
        {
            await foreach (RecordBatch batch in file.BatchesAsync(Table))
            {
                using (batch)
                    rows.AddRange(Lines(batch));
            }
        }
        catch (Exception error)
        {
            Assert.True(error is BulkMoverException, $"{what}: {error}");
            return null;
        }

        Assert.True(rows.Count == 40, $"{what}: {rows.Count} rows");
        return [.. rows];
    }

    private static ParquetTestFile Write(Action<WriterPropertiesBuilder> configure)
    {
        object?[] ids = [.. Enumerable.Range(0, 40).Select(i => (object?)(long)i)];
        object?[] texts = [.. Enumerable.Range(0, 40).Select(i => i % 5 == 0 ? null : (object)Text($"text {i % 7}"))];
        object?[] decimals = [.. Enumerable.Range(0, 40).Select(i => (object?)new System.Numerics.BigInteger(i * 1000))];
        var lists = new ListArray.Builder(Int32Type.Default);
        for (int i = 0; i < 40; i++)
        {
            lists.Append();
            for (int j = 0; j < i % 3; j++)
                ((Int32Array.Builder)lists.ValueBuilder).Append(j);
        }

        return new ParquetTestFile().Write(Table, configure,
            [ArrayOf(Int64Type.Default, ids), ArrayOf(StringType.Default, texts), ArrayOf(new Decimal128Type(20, 2), decimals), lists.Build()]);
    }
}
