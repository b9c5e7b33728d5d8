using System.Collections.ObjectModel;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet.Images;
using BulkMover.Testing.Memory;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>Text that the file stores as numbers of dictionary entries.</summary>
public sealed class DictionaryTextTests
{
    // Around the length that is copied at once, and far above it.
    private static readonly string?[] Entries =
        [null, "", "a", "bc", new('d', 31), new('e', 32), new('f', 33), new('g', 64), new('h', 65), new('i', 500)];

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(8 * 1024 * 1024, true)]
    public async Task ReadAsync_FewValuesInManyRows_GivesTheWrittenValues(int smallBytes, bool nullable)
    {
        var random = new Random(3);
        string?[][] rowGroups =
        [
            [.. Enumerable.Range(0, 70_000).Select(_ => Entries[random.Next(nullable ? 0 : 1, Entries.Length)])],
            ["only", "here", "only"],
        ];
        var schema = new Schema([Field("s", StringType.Default, nullable), Field("b", BinaryType.Default, nullable)], null);
        using ParquetTestFile file = new ParquetTestFile { Options = new() { SmallBytes = smallBytes } }
            .Write(schema, [.. rowGroups.Select(rows => new[] { Column(StringType.Default, rows), Column(BinaryType.Default, rows) })]);

        IReadOnlyList<string> lines = await file.ReadAsync(schema);

        Assert.Equal(rowGroups.SelectMany(rows => rows).Select(Line), lines);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(8 * 1024 * 1024, true)]
    public async Task ReadAsync_DictionariesAreKept_ComeWithTheirEntries(int smallBytes, bool nullable)
    {
        var random = new Random(4);
        string?[][] rowGroups =
        [
            [.. Enumerable.Range(0, 70_000).Select(_ => Entries[random.Next(nullable ? 0 : 1, Entries.Length)])],
            [.. Enumerable.Range(0, 16).Select(i => i % 3 == 0 ? "only" : "here")],
        ];
        // The second is text to its file and bytes to the table.
        var written = new Schema([Field("s", StringType.Default, nullable), Field("b", StringType.Default, nullable)], null);
        var schema = new Schema([Field("s", StringType.Default, nullable), Field("b", BinaryType.Default, nullable)], null);
        using ParquetTestFile file = new ParquetTestFile { Options = new() { SmallBytes = smallBytes, KeepsStoredForms = true } }
            .Write(written, [.. rowGroups.Select(rows => new[] { Column(StringType.Default, rows), Column(StringType.Default, rows) })]);

        var lines = new List<string>();
        await foreach (RecordBatch batch in file.BatchesAsync(schema))
        {
            using (batch)
            {
                Assert.Equal(["dictionary<int32, string>", "dictionary<int32, binary>"], batch.Schema.FieldsList.Select(SourceType.Describe));
                Assert.Equal(batch.Schema.FieldsList.Select(field => field.DataType), Enumerable.Range(0, 2).Select(i => batch.Column(i).Data.DataType));
                lines.AddRange(Lines(batch));
            }
        }

        Assert.Equal(rowGroups.SelectMany(rows => rows).Select(Line), lines);
    }

    [Theory]
    [InlineData(125, 3_000, true)]
    [InlineData(126, 3_000, false)]
    [InlineData(50, 400, true)]
    [InlineData(51, 400, false)]
    public async Task ReadAsync_DictionariesAreKept_OnlyWhereABatchHasManyRowsForEachEntry(int entries, int count, bool kept)
    {
        string[] rows = [.. Enumerable.Range(0, count).Select(i => $"value {i % entries}")];
        var schema = new Schema([Field("s", StringType.Default)], null);
        using ParquetTestFile file = new ParquetTestFile { Options = new() { BatchRows = 1000, KeepsStoredForms = true } }.Write(schema, [Column(StringType.Default, rows)]);

        Assert.Equal(Enumerable.Repeat(kept, (count + 999) / 1000), await AreKeptAsync(file, schema));
        Assert.Equal(rows.Select(row => $$"""{"s":"{{row}}"}"""), await file.ReadAsync(schema));
    }

    [Fact]
    public async Task ReadAsync_DictionariesAreKept_NotWhereTheirTextIsTooMuchForABatch()
    {
        // By the average of its entries a row is short.
        string?[] rows = [.. Enumerable.Range(0, 100).Select(i => $"value {i}"), .. Enumerable.Repeat(new string('x', 5_000), 4_000)];
        var schema = new Schema([Field("s", StringType.Default)], null);
        using ParquetTestFile file = new ParquetTestFile { Options = new() { BatchBytes = 1_000_000, KeepsStoredForms = true } }.Write(schema, [Column(StringType.Default, rows)]);

        await foreach (RecordBatch batch in file.BatchesAsync(schema))
        {
            using (batch)
            {
                Assert.IsType<StringType>(batch.Column(0).Data.DataType);
                Assert.InRange(((StringArray)batch.Column(0)).ValueBuffer.Length, 1, 1_100_000);
            }
        }

        Assert.Equal(rows.Select(row => $$"""{"s":"{{row}}"}"""), await file.ReadAsync(schema));
    }

    [Fact]
    public async Task ReadAsync_DictionariesAreKept_NotInFilesWhoseDeletedRowsAreToldByValues()
    {
        var schema = new Schema([Field("s", StringType.Default), Field("k", Int64Type.Default)], null);
        using ParquetTestFile file = new ParquetTestFile { Options = new() { KeepsStoredForms = true } }
            .Write(schema, [Column(StringType.Default, [.. Enumerable.Range(1, 16).Select(i => i % 2 == 0 ? "b" : "a")]), ArrayOf(Int64Type.Default, [.. Enumerable.Range(1, 16).Select(i => (object)(long)i)])]);
        Assert.Equal([true], await AreKeptAsync(file, schema));

        file.Deletes = new KeyIs(Field("k", Int64Type.Default), 2);

        Assert.Equal([false], await AreKeptAsync(file, schema));
        Assert.Equal(["""{"s":"a","k":1}""", """{"s":"a","k":3}""", """{"s":"b","k":4}"""], (await file.ReadAsync(schema)).Take(3));
    }

    [Fact]
    public async Task ReadAsync_SoManyValuesThatTheWriterGaveUpItsDictionary_GivesTheWrittenValues()
    {
        string[] rows = [.. Enumerable.Range(0, 5_000).Select(i => $"value {i} {new string('x', i % 90)}")];
        var schema = new Schema([Field("s", StringType.Default)], null);
        using ParquetTestFile file = new ParquetTestFile()
            .Write(schema, builder => builder.DictionaryPagesizeLimit(10_000).DataPagesize(2_000), [Column(StringType.Default, rows)]);

        Assert.Equal(rows.Select(row => $$"""{"s":"{{row}}"}"""), await file.ReadAsync(schema));
    }

    [Fact]
    public void Expand_SliceWithNulls_TakesItsRowsAndNoNumberOfANull()
    {
        var allocator = new CountingAllocator();
        StringArray entries = new StringArray.Builder().Append("zero").Append("one").Append("").Build();
        var numbers = new ArrayData(Int32Type.Default, 4, 1, 3, [new ArrowBuffer(new byte[] { 0b1011_1111 }), Numbers(9, 9, 9, 1, 0, 2, 77)]);
        var array = new DictionaryArray(new DictionaryType(Int32Type.Default, StringType.Default, false), ArrowArrayFactory.BuildArray(numbers), entries);

        using (RecordBatch plain = DictionaryExpansion.Expand(BatchOf(array), allocator))
        {
            Assert.IsType<StringType>(plain.Schema.FieldsList[0].DataType);
            Assert.Equal(["""{"s":"one"}""", """{"s":"zero"}""", """{"s":""}""", """{"s":null}"""], Lines(plain));
        }

        Assert.Equal(0, allocator.LiveBytes);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    public void Expand_NumberBeyondTheDictionary_ThrowsAndGivesEverythingBack(int number)
    {
        var allocator = new CountingAllocator();
        StringArray entries = new StringArray.Builder().Append("zero").Append("one").Build();
        var numbers = new ArrayData(Int32Type.Default, 2, 0, 0, [ArrowBuffer.Empty, Numbers(1, number)]);
        var array = new DictionaryArray(new DictionaryType(Int32Type.Default, StringType.Default, false), ArrowArrayFactory.BuildArray(numbers), entries);

        var error = Assert.Throws<CorruptTableException>(() => DictionaryExpansion.Expand(BatchOf(array), allocator));

        Assert.Equal("parquet.dictionary_index_invalid", error.Code);
        Assert.Equal(0, allocator.LiveBytes);
    }

    [Fact]
    public void TryExpand_MoreTextThanAllowed_LeavesTheBatchAndGivesEverythingBack()
    {
        var allocator = new CountingAllocator();
        StringArray entries = new StringArray.Builder().Append("zero").Append("one").Build();
        RecordBatch Batch() => BatchOf(new DictionaryArray(
            new DictionaryType(Int32Type.Default, StringType.Default, false),
            ArrowArrayFactory.BuildArray(new ArrayData(Int32Type.Default, 3, 0, 0, [ArrowBuffer.Empty, Numbers(1, 0, 1)])), entries));

        using RecordBatch batch = Batch();
        Assert.Null(DictionaryExpansion.TryExpand(batch, ReadOnlySet<int>.Empty, 9, allocator));
        Assert.Equal([3, 4, 3], DictionaryExpansion.TextBytes(batch));
        Assert.Equal(0, allocator.LiveBytes);

        using RecordBatch? plain = DictionaryExpansion.TryExpand(Batch(), ReadOnlySet<int>.Empty, 10, allocator);
        Assert.Equal(["""{"s":"one"}""", """{"s":"zero"}""", """{"s":"one"}"""], Lines(plain!));
    }

    /// <summary>Of each batch, whether its first column is a dictionary.</summary>
    private static async Task<List<bool>> AreKeptAsync(ParquetTestFile file, Schema schema)
    {
        var kept = new List<bool>();
        await foreach (RecordBatch batch in file.BatchesAsync(schema))
        {
            using (batch)
                kept.Add(batch.Column(0).Data.DataType is DictionaryType);
        }

        return kept;
    }

    private static RecordBatch BatchOf(IArrowArray array) =>
        new(new Schema([new Field("s", array.Data.DataType, true)], null), [array], array.Length);

    private static ArrowBuffer Numbers(params int[] numbers) => new(System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray());

    private static IArrowArray Column(IArrowType type, params string?[] rows) => ArrayOf(type, [.. rows.Select(row => row is null ? null : (object)Text(row))]);

    private static string Line(string? row) => row is null
        ? """{"s":null,"b":null}"""
        : $$"""{"s":"{{row}}","b":"0x{{Convert.ToHexStringLower(Text(row))}}"}""";
}
