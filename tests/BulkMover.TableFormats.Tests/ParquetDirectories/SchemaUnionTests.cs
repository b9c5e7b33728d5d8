using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using Xunit;
using static BulkMover.TableFormats.Tests.ParquetDirectories.ParquetFolder;

namespace BulkMover.TableFormats.Tests.ParquetDirectories;

/// <summary>Files whose schemas differ.</summary>
public sealed class SchemaUnionTests : IDisposable
{
    private static readonly TimestampType Instant = new(TimeUnit.Microsecond, "UTC");
    private static readonly TimestampType Local = new(TimeUnit.Microsecond, (string?)null);

    private readonly ParquetFolder folder = new();

    public static TheoryData<IArrowType, IArrowType, string?> Pairs => new()
    {
        { Int32Type.Default, Int64Type.Default, "int64" },
        { Int64Type.Default, Int32Type.Default, "int64" },
        { FloatType.Default, DoubleType.Default, "double" },
        { new Decimal128Type(5, 2), new Decimal128Type(9, 2), "decimal128(9, 2)" },
        { new Decimal128Type(5, 2), new Decimal128Type(9, 3), null },
        { Int32Type.Default, StringType.Default, null },
        { Int64Type.Default, DoubleType.Default, null },
        { UInt32Type.Default, Int64Type.Default, "int64" },
        { UInt32Type.Default, Int32Type.Default, null },
        { Instant, Local, null },
        { Date32Type.Default, Instant, null },
        { StringType.Default, BinaryType.Default, null },
        { new ListType(Column("item", Int32Type.Default)), new ListType(Column("item", Int64Type.Default)), "list<int64>" },
        { new StructType([Column("a", Int32Type.Default)]), new StructType([Column("b", Int64Type.Default), Column("a", Int64Type.Default)]), "struct<a: int64, b: int64>" },
        { new StructType([Column("a", Int32Type.Default)]), new StructType([Column("a", StringType.Default)]), null },
    };

    [Theory]
    [MemberData(nameof(Pairs), DisableDiscoveryEnumeration = true)]
    public async Task Open_TypesDiffer_HasTheExactCommonTypeOrAnError(IArrowType first, IArrowType second, string? expected)
    {
        folder.Write("t/1.parquet", Column("c", first));
        folder.Write("t/2.parquet", Column("c", second));

        if (expected is not null)
        {
            Assert.Equal($"c {expected}?", await folder.ColumnsAsync("t"));
            return;
        }

        CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(() => folder.SnapshotAsync("t"));
        Assert.Equal("parquet.types_clash", error.Code);
        Assert.All(["'c'", "'1.parquet'", "'2.parquet'"], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Open_ColumnsDiffer_AreUnitedByNameAndNullableWhereMissing()
    {
        folder.Write("t/1.parquet", Column("a", Int32Type.Default, nullable: false), Column("b", Int32Type.Default, nullable: false));
        folder.Write("t/2.parquet", Column("c", Int32Type.Default, nullable: false), Column("a", Int32Type.Default, nullable: false));
        folder.Write("t/3.parquet", Column("A", Int32Type.Default), Column("b", Int32Type.Default));

        Assert.Equal("a int32?, b int32?, c int32?", await folder.ColumnsAsync("t"));
        File.Delete(folder.PathOf("t/3.parquet"));
        Assert.Equal("a int32, b int32?, c int32?", await folder.ColumnsAsync("t"));
    }

    [Fact]
    public async Task Open_NamesDifferOnlyInCase_IsReadWhereAllFilesHaveThemAll()
    {
        folder.Write("t/1.parquet", Column("a", Int32Type.Default), Column("A", Int32Type.Default));
        folder.Write("t/2.parquet", Column("A", Int32Type.Default), Column("a", Int32Type.Default));

        Assert.Equal("a int32?, A int32?", await folder.ColumnsAsync("t"));
        folder.Write("t/3.parquet", Column("a", Int32Type.Default));
        Assert.Equal("parquet.column_case", (await Assert.ThrowsAsync<CorruptTableException>(() => folder.SnapshotAsync("t"))).Code);
    }

    public void Dispose() => folder.Dispose();
}
