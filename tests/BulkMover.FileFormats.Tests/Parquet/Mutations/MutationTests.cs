using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Testing.Stores;
using ParquetSharp;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;
using TimeUnit = Apache.Arrow.Types.TimeUnit;

namespace BulkMover.FileFormats.Tests.Parquet.Mutations;

/// <summary>Thousands of damaged files of every encoding: none ends the process, hangs, takes much memory or throws what is not ours.</summary>
public sealed class MutationTests
{
    private const int Files = 10_000;

    private const int Rows = 60;

    [Fact]
    public async Task ReadAsync_FilesDamagedAnywhere_AreReadOrRefused()
    {
        using var directory = new TemporaryDirectory();
        WriteSubjects(directory);
        string[] findings = await MutationRun.FindingsAsync(directory.FullName, seed: 3, Files, TestContext.Current.CancellationToken).ToArrayAsync(TestContext.Current.CancellationToken);

        Assert.DoesNotContain(findings, finding => finding.StartsWith('!'));
        foreach (string outcome in new[] { "read", "parquet.footer_corrupt", "parquet.page_corrupt", "parquet.data_corrupt", "parquet.feature_unsupported" })
            Assert.Contains(findings, finding => finding.StartsWith('=') && finding.EndsWith(outcome, StringComparison.Ordinal));
    }

    /// <summary>Not compressed for the most part: a codec would notice damage before the decoders of the encodings do.</summary>
    private static void WriteSubjects(TemporaryDirectory directory)
    {
        Schema schema = new([Field("i", Int32Type.Default), Field("n", Int64Type.Default, nullable: false), Field("s", StringType.Default), Field("f", new FixedSizeBinaryType(4))], null);
        IArrowArray[] flat =
        [
            ArrayOf(Int32Type.Default, Values(i => (long)(i * i))), ArrayOf(Int64Type.Default, [.. Enumerable.Range(0, Rows).Select(i => (object)(long)i)]),
            ArrayOf(StringType.Default, Values(i => Text($"text {i % 9}"))), ArrayOf(new FixedSizeBinaryType(4), Values(i => BitConverter.GetBytes(i))),
        ];
        foreach (ParquetDataPageVersion version in new[] { ParquetDataPageVersion.V1, ParquetDataPageVersion.V2 })
        {
            Write($"dictionary {version}", schema, flat, builder => builder.DataPageVersion(version));
            Write($"plain {version}", schema, flat, builder => builder.DataPageVersion(version).DisableDictionary());
            Write($"delta {version}", schema, flat, builder => builder.DataPageVersion(version).DisableDictionary()
                .Encoding("i", Encoding.DeltaBinaryPacked).Encoding("n", Encoding.DeltaBinaryPacked).Encoding("s", Encoding.DeltaByteArray).Encoding("f", Encoding.DeltaByteArray));
            Write($"split {version}", schema, flat, builder => builder.DataPageVersion(version).DisableDictionary()
                .Encoding("i", Encoding.ByteStreamSplit).Encoding("n", Encoding.ByteStreamSplit).Encoding("s", Encoding.DeltaLengthByteArray).Encoding("f", Encoding.ByteStreamSplit));
            Write($"pages {version}", schema, flat, builder => builder.DataPageVersion(version).EnableWritePageIndex().WriteBatchSize(10).DataPagesize(1), withFilters: true);
            foreach (Compression codec in new[] { Compression.Snappy, Compression.Gzip, Compression.Brotli, Compression.Zstd, Compression.Lz4, Compression.Lz4Hadoop })
                Write($"{codec} {version}", schema, flat, builder => builder.DataPageVersion(version).Compression(codec));

            var (nested, arrays) = Nested();
            Write($"nested {version}", nested, arrays, builder => builder.DataPageVersion(version));
            Write($"nested pages {version}", nested, arrays, builder => builder.DataPageVersion(version).DisableDictionary().WriteBatchSize(10).DataPagesize(1));
        }

        Schema others = new(
            [
                Field("b", BooleanType.Default), Field("d", new Decimal128Type(30, 3)), Field("h", HalfFloatType.Default), Field("t", new TimestampType(TimeUnit.Millisecond, "UTC")),
                Field("u", UInt8Type.Default), Field("x", NullType.Default),
            ], null);
        Write("other types", others,
            [
                ArrayOf(BooleanType.Default, Values(i => i % 2 == 0)), ArrayOf(new Decimal128Type(30, 3), Values(i => new System.Numerics.BigInteger(i))),
                ArrayOf(HalfFloatType.Default, Values(i => (double)i)), ArrayOf(new TimestampType(TimeUnit.Millisecond, "UTC"), Values(i => (long)i)),
                ArrayOf(UInt8Type.Default, Values(i => (long)i)), ArrayOf(NullType.Default, new object?[Rows]),
            ], builder => builder.Encoding("b", Encoding.Rle));

        void Write(string name, Schema columns, IArrowArray[] arrays, Action<WriterPropertiesBuilder> configure, bool withFilters = false)
        {
            using ParquetTestFile file = new ParquetTestFile().Write(columns, builder => configure(builder.Compression(Compression.Uncompressed)), arrays);
            for (int column = 0; withFilters && column < arrays.Length; column++)
                BloomFilterTests.Add(file, BloomFilterTests.Filter(64), column: column);
            File.Copy(file.Path, directory.PathOf(name));
        }
    }

    private static (Schema Schema, IArrowArray[] Arrays) Nested()
    {
        var lists = new ListArray.Builder(new ListType(Field("element", Int32Type.Default)));
        var inner = (ListArray.Builder)lists.ValueBuilder;
        var map = new MapArray.Builder(new MapType(Field("key", StringType.Default, nullable: false), Field("value", Int32Type.Default)));
        for (int i = 0; i < Rows; i++)
        {
            if (i % 6 == 5)
            {
                lists.AppendNull();
                map.AppendNull();
                continue;
            }

            lists.Append();
            map.Append();
            for (int j = 0; j < i % 4; j++)
            {
                inner.Append();
                ((Int32Array.Builder)inner.ValueBuilder).Append(i).AppendNull();
                ((StringArray.Builder)map.KeyBuilder).Append($"k{j}");
                ((Int32Array.Builder)map.ValueBuilder).Append(j);
            }
        }

        ListArray listArray = lists.Build();
        MapArray mapArray = map.Build();
        var structure = new StructType([Field("l", listArray.Data.DataType)]);
        return (
            new Schema([Field("s", structure), Field("m", mapArray.Data.DataType)], null),
            [new StructArray(structure, Rows, [listArray], ArrowBuffer.Empty), mapArray]);
    }

    private static object?[] Values(Func<int, object> value) => [.. Enumerable.Range(0, Rows).Select(i => i % 8 == 7 ? null : value(i))];
}
