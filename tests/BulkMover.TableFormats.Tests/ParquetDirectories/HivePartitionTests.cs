using System.Text;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using Xunit;

namespace BulkMover.TableFormats.Tests.ParquetDirectories;

public sealed class HivePartitionTests : IDisposable
{
    private readonly ParquetFolder folder = new();

    [Theory]
    [InlineData("1,-20", "int32")]
    [InlineData("1,3000000000", "int64")]
    [InlineData("1,__HIVE_DEFAULT_PARTITION__", "int32?")]
    [InlineData("2024-02-29,1969-12-31", "date32")]
    [InlineData("2024-02-30", "string")]
    [InlineData("2024-2-9", "string")]
    [InlineData("007,8", "string")]
    [InlineData("+1", "string")]
    [InlineData("-0", "string")]
    [InlineData("1.0", "string")]
    [InlineData("1,one", "string")]
    [InlineData("1,2024-01-01", "string")]
    [InlineData("99999999999999999999", "string")]
    [InlineData("true", "string")]
    [InlineData("__HIVE_DEFAULT_PARTITION__", "string?")]
    [InlineData("", "string")]
    public async Task Open_PartitionValues_HaveATypeThatKeepsTheirText(string values, string expected)
    {
        foreach (string value in values.Split(','))
            folder.Write($"t/p={value}/a.parquet");

        Assert.Equal($"id int64?, p {expected}", await folder.ColumnsAsync("t"));
    }

    [Fact]
    public async Task Plan_NestedPartitions_GiveDecodedConstantsThatWin()
    {
        folder.Write("t/year=2024/city=S%C3%A3o%2FP 100%/plain/a.parquet");

        ITableSnapshot snapshot = await folder.SnapshotAsync("t");
        ScanTask task = Assert.Single(await ParquetFolder.PlanAsync(snapshot));
        Assert.True(task.ConstantsWin);
        Assert.Equal(2024L, task.Constants["year"].Value);
        Assert.Equal("São/P 100%", Encoding.UTF8.GetString((byte[])task.Constants["city"].Value!));
        Assert.Equal(["year", "city"], snapshot.PartitionColumns);
    }

    [Theory]
    [InlineData("t/a=1/x.parquet", "t/b=1/x.parquet")]
    [InlineData("t/a=1/x.parquet", "t/x.parquet")]
    [InlineData("t/a=1/b=1/x.parquet", "t/b=1/a=1/x.parquet")]
    public async Task Open_LayoutsDiffer_NamesBoth(string one, string other)
    {
        folder.Write(one);
        folder.Write(other);

        Assert.Equal("parquet.partition_layouts_differ", (await Assert.ThrowsAsync<CorruptTableException>(() => folder.SnapshotAsync("t"))).Code);
    }

    [Fact]
    public async Task Open_ColumnIsTwiceInThePath_ThrowsCorruptTable()
    {
        folder.Write("t/a=1/A=2/x.parquet");

        Assert.Equal("parquet.partition_column_twice", (await Assert.ThrowsAsync<CorruptTableException>(() => folder.SnapshotAsync("t"))).Code);
    }

    [Fact]
    public async Task Plan_ColumnIsInTheFilesToo_HasTheFilesTypeAndThePathsValue()
    {
        folder.Write("t/P=7/a.parquet", ParquetFolder.Column("p", Int64Type.Default), ParquetFolder.Column("id", Int64Type.Default));

        Assert.Equal("p int64, id int64?", await folder.ColumnsAsync("t"));
        ScanTask task = Assert.Single(await ParquetFolder.PlanAsync(await folder.SnapshotAsync("t")));
        Assert.Equal(("p", 7L), (task.Constants.Single().Key, task.Constants.Single().Value.Value));
    }

    [Theory]
    [InlineData("t/p=x/a.parquet", "t/p=1/b.parquet", "string")]
    [InlineData("t/p=1/a.parquet", "t/p=2024-01-01/b.parquet", "string")]
    public async Task Open_PathsValuesAreNotOfTheFilesType_TheirOwnTypeCounts(string one, string other, string expected)
    {
        folder.Write(one, ParquetFolder.Column("p", Int64Type.Default));
        folder.Write(other, ParquetFolder.Column("p", Int64Type.Default));

        Assert.Equal($"p {expected}", await folder.ColumnsAsync("t"));
    }

    /// <summary>Read as rows of a table that tells the type; where a value is not of it, the values tell as ever.</summary>
    [Theory]
    [InlineData("7,8", "int64", "int64")]
    [InlineData("7,8", "string", "string")]
    [InlineData("7,__HIVE_DEFAULT_PARTITION__", "string", "string?")]
    [InlineData("7,8", "uint32", "uint32")]
    [InlineData("18446744073709551615", "uint64", "uint64")]
    [InlineData("-1", "uint64", "int32")]
    [InlineData("true,false", "bool", "bool")]
    [InlineData("true,7", "bool", "string")]
    [InlineData("1.50,2", "decimal", "decimal128(9, 2)")]
    [InlineData("1.505", "decimal", "string")]
    [InlineData("2024-01-01", "date", "date32")]
    public async Task Open_TypeOfThePartitionColumnIsKnown_IsTakenIfAllValuesAreOfIt(string values, string known, string expected)
    {
        foreach (string value in values.Split(','))
            folder.Write($"t/p={value}/a.parquet");
        IArrowType type = known switch
        {
            "int64" => Int64Type.Default,
            "uint32" => UInt32Type.Default,
            "uint64" => UInt64Type.Default,
            "bool" => BooleanType.Default,
            "decimal" => new Decimal128Type(9, 2),
            "date" => Date32Type.Default,
            _ => StringType.Default,
        };

        Assert.Equal($"id int64?, p {expected}", await folder.ColumnsAsync("t", new Dictionary<string, IArrowType> { ["p"] = type }));
    }

    [Fact]
    public async Task Plan_Filter_LeavesPartitionsOut()
    {
        for (int month = 1; month <= 12; month++)
            folder.Write($"t/month={month}/a.parquet");
        ITableSnapshot snapshot = await folder.SnapshotAsync("t");

        var where = new Filter.Comparison("month", ComparisonOperator.Greater, new Scalar(Int32Type.Default, 10L));
        Assert.Equal([11L, 12L], (await ParquetFolder.PlanAsync(snapshot, where)).Select(task => task.Constants["month"].Value));
    }

    [Fact]
    public async Task Open_Glob_HasThePartitionsBelowItsFixedPart()
    {
        folder.Write("t/a=1/b=2/x.parquet");

        Assert.Equal("id int64?, a int32, b int32", await folder.ColumnsAsync("t/*/*/*.parquet"));
        Assert.Equal("id int64?, b int32", await folder.ColumnsAsync("t/a=1/b=*/x.parquet"));
    }

    public void Dispose() => folder.Dispose();
}
