using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.FileFormats.Parquet.Writing;
using Xunit;

namespace BulkMover.FileFormats.Tests.Parquet;

public sealed class NanCountTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(100, 34)]
    public void Of_EveryThirdIsNaN_CountsThem(int rows, long expected)
    {
        DoubleArray doubles = new DoubleArray.Builder().AppendRange(Enumerable.Range(0, rows).Select(row => row % 3 == 0 ? -double.NaN : double.PositiveInfinity)).Build();
        FloatArray floats = new FloatArray.Builder().AppendRange(Enumerable.Range(0, rows).Select(row => row % 3 == 0 ? float.NaN : -0f)).Build();

        Assert.Equal((expected, expected), (NanCount.Of(doubles), NanCount.Of(floats)));
    }

    [Fact]
    public void Of_NaNInSlotsOfNullsAndBeforeASlice_IsNotCounted()
    {
        const int Rows = 40;
        using var values = new ArrowBuffer.Builder<double>().AppendRange(Enumerable.Repeat(double.NaN, Rows)).Build();
        ArrowBuffer.BitmapBuilder validity = new ArrowBuffer.BitmapBuilder().AppendRange(Enumerable.Range(0, Rows).Select(row => row % 2 == 0));
        var array = new DoubleArray(values, validity.Build(), Rows, Rows / 2, offset: 0);

        Assert.Equal(20, NanCount.Of(array));
        Assert.Equal(15, NanCount.Of((DoubleArray)array.Slice(10, 30)));
    }

    [Fact]
    public void Of_OtherTypes_IsUnknown()
    {
        Assert.Null(NanCount.Of(new Int64Array.Builder().Append(1).Build()));
        Assert.Equal((0L, 0L, null), (NanCount.OfNone(FloatType.Default), NanCount.OfNone(DoubleType.Default), NanCount.OfNone(StringType.Default)));
    }
}
