using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.Core.Types;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>parquet.thrift, "FileMetaData": what is not needed, wrong by habit, or has a rule of its own.</summary>
public sealed class FooterRulesTests
{
    private static readonly Schema Ids = new([Field("c", Int64Type.Default)], null);

    [Theory]
    [InlineData(0L)]
    [InlineData(-1L)]
    [InlineData(1_000_000L)]
    public async Task ReadAsync_WrongNumberOfRowsOfTheFile_RowGroupsCount(long rows)
    {
        using ParquetTestFile file = Write(1, 2);
        RewrittenFile.Change(file, rewritten => rewritten.Footer.Set(3, rows));

        Assert.Equal(["""{"c":1}""", """{"c":2}"""], await file.ReadAsync());
    }

    [Fact]
    public async Task ReadAsync_WithoutStatisticsAndOtherHints_GivesTheRows()
    {
        using ParquetTestFile file = Write(1, 2);
        RewrittenFile.Change(file, rewritten =>
        {
            rewritten.Footer.Remove(5);
            rewritten.Footer.Remove(6);
            rewritten.Footer.Remove(7);
            foreach (int hint in new[] { 12, 13, 16 })
                rewritten.Chunk(0, 0).Struct(3).Remove(hint);
        });

        Assert.Equal(["""{"c":1}""", """{"c":2}"""], await file.ReadAsync(where: new Filter.Comparison("c", ComparisonOperator.Equal, new Scalar(Int64Type.Default, 1L))));
    }

    [Fact]
    public async Task ReadAsync_UnknownFieldsEverywhere_AreSteppedOver()
    {
        using ParquetTestFile file = Write(1);
        RewrittenFile.Change(file, rewritten =>
        {
            rewritten.Footer.Set(15, "extension"u8.ToArray());
            rewritten.Chunk(0, 0).Set(15, new ThriftTree().Set(1, 1)).Struct(3).Set(25, true);
            rewritten.Footer.Struct(2, 1).Set(20, 5);
        });

        Assert.Equal(["""{"c":1}"""], await file.ReadAsync());
    }

    /// <summary>Dremio is a writer that has a list where the length of the bloom filter came to be.</summary>
    [Fact]
    public async Task ReadAsync_SomethingElseWhereHintsBelong_IsSteppedOver()
    {
        using ParquetTestFile file = Write(1);
        RewrittenFile.Change(file, rewritten =>
        {
            foreach (int hint in new[] { 4, 5, 6, 7 })
                rewritten.Chunk(0, 0).Set(hint, "x"u8.ToArray());
            rewritten.Chunk(0, 0).Struct(3).Set(14, new ThriftTree()).Set(15, "x"u8.ToArray());
        });

        Assert.Equal(["""{"c":1}"""], await file.ReadAsync(where: new Filter.Comparison("c", ComparisonOperator.Equal, new Scalar(Int64Type.Default, 1L))));
    }

    [Fact]
    public async Task ReadAsync_NamesWithPointsAndOthersThatLookLikePaths_AreNamesOnly()
    {
        var structure = new StructType([Field("b", Int64Type.Default)]);
        var schema = new Schema([Field("a.b", Int64Type.Default), Field("a", structure), Field("", Int64Type.Default), Field("ü \"n\"", Int64Type.Default)], null);
        using ParquetTestFile file = new ParquetTestFile().Write(schema,
            [
                ArrayOf(Int64Type.Default, 1L), new StructArray(structure, 1, [ArrayOf(Int64Type.Default, 2L)], ArrowBuffer.Empty),
                ArrayOf(Int64Type.Default, 3L), ArrayOf(Int64Type.Default, 4L),
            ]);

        Assert.Equal(["""{"a.b":1,"a":{"b":2},"":3,"ü \"n\"":4}"""], await file.ReadAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(int.MaxValue)]
    public async Task ReadAsync_FileWithoutColumns_HasItsRowsStill(int smallBytes)
    {
        using ParquetTestFile file = new ParquetTestFile { Options = new() { SmallBytes = smallBytes } };
        System.IO.File.WriteAllBytes(file.Path, FooterBytes.Write([], [FooterBytes.RowGroup(3), FooterBytes.RowGroup(2)], children: 0));

        Assert.Equal(["{}", "{}", "{}", "{}", "{}"], await file.ReadAsync());
    }

    /// <summary>"If the reader does not support the value of this union, min and max stats for this column should be ignored."</summary>
    [Fact]
    public async Task ReadAsync_UnknownColumnOrder_PrunesNothing()
    {
        using ParquetTestFile file = Write(1);
        RewrittenFile.Change(file, rewritten =>
        {
            ThriftTree order = rewritten.Footer.Struct(7, 0);
            order.Remove(1);
            order.Set(9, new ThriftTree());
            ThriftTree statistics = rewritten.Chunk(0, 0).Struct(3).Struct(12);
            statistics.Remove(1);
            statistics.Remove(2);
        });

        Assert.Single(await file.ReadAsync(where: new Filter.Comparison("c", ComparisonOperator.Less, new Scalar(Int64Type.Default, 0L))));
    }

    private static ParquetTestFile Write(params long[] values) =>
        new ParquetTestFile().Write(Ids, [ArrayOf(Int64Type.Default, [.. values.Select(value => (object?)value)])]);
}
