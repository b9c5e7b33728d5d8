using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Parquet.Thrift;
using FsCheck;
using FsCheck.Fluent;
using ParquetSharp;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.FooterBytes;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;
using PhysicalType = BulkMover.FileFormats.Parquet.Metadata.PhysicalType;

namespace BulkMover.FileFormats.Tests.Parquet;

public sealed class ParquetFooterTests
{
    private static readonly Location Somewhere = Location.OnDisk("/somewhere.parquet");

    [Fact]
    public async Task ReadAsync_FileOfArrow_TellsSchemaRowsChunksAndMetadata()
    {
        var schema = new Schema([Field("a", Int64Type.Default, nullable: false, id: 7), Field("s", StringType.Default)], null);
        using ParquetTestFile file = new ParquetTestFile()
            .Write(schema, [ArrayOf(Int64Type.Default, 1L, 2L), ArrayOf(StringType.Default, null, Text("x"))]);

        ParquetFooter footer = await ParquetFooter.ReadAsync(file.Store, file.Location, null, TestContext.Current.CancellationToken);

        Assert.Equal(2, footer.Rows);
        Assert.Equal(7, footer.Schema.FieldsList[0].FieldId());
        Assert.False(footer.Schema.FieldsList[0].IsNullable);
        ParquetColumnChunk chunk = Assert.Single(footer.RowGroups).Columns[1];
        Assert.Equal((PhysicalType.ByteArray, 2L, 1L), (chunk.Type, chunk.Values, chunk.Statistics!.NullCount));
        Assert.Equal("x"u8.ToArray(), chunk.Statistics.MaxValue);
        Assert.All(footer.Features, feature => Assert.NotEqual(FeatureState.Refused, feature.State));
    }

    [Fact]
    public async Task ReadAsync_ManyFiles_ShareTheSchemaWhereItIsTheSameToTheLastId()
    {
        using ParquetTestFile one = OfId(7), same = OfId(7), other = OfId(8);

        Schema first = await SchemaAsync(one), again = await SchemaAsync(same), another = await SchemaAsync(other);

        Assert.Same(first, again);
        Assert.Equal((7, 8), (first.FieldsList[0].FieldId(), another.FieldsList[0].FieldId()));

        static ParquetTestFile OfId(int id) => new ParquetTestFile()
            .Write(new Schema([Field("shared", Int64Type.Default, id: id)], null), [ArrayOf(Int64Type.Default, (long)id)]);

        static async Task<Schema> SchemaAsync(ParquetTestFile file) =>
            (await ParquetFooter.ReadAsync(file.Store, file.Location, null, TestContext.Current.CancellationToken)).Schema;
    }

    [Fact]
    public async Task ReadAsync_KeyValueMetadata_GivesItAsItIs()
    {
        using var file = new ParquetTestFile();
        using (var writer = new ParquetFileWriter(file.Path, [new Column<int>("a")], keyValueMetadata: new Dictionary<string, string>
            { ["ARROW:schema"] = "not base64", ["who"] = "me" }))
        {
            writer.Close();
        }

        ParquetFooter footer = await ParquetFooter.ReadAsync(file.Store, file.Location, null, TestContext.Current.CancellationToken);

        Assert.Equal([("ARROW:schema", "not base64"), ("who", "me")], footer.KeyValueMetadata.Select(pair => (pair.Key, pair.Value)).Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("PAR1")]
    [InlineData("PAR1\0\0\0\0PAR1")]
    [InlineData("PAR1\u0001\0\0\0PAR1")]
    [InlineData("not a parquet file")]
    [InlineData("PAR1....\uFFFF\uFFFFPAR1")]
    public void Of_NoFooter_ThrowsFooterCorrupt(string text) =>
        Assert.Equal("parquet.footer_corrupt", Code(System.Text.Encoding.Latin1.GetBytes(text)));

    [Fact]
    public void Of_EncryptedFooter_ThrowsUnsupported()
    {
        byte[] file = Write([Column("a")], []);
        "PARE"u8.CopyTo(file.AsSpan(file.Length - 4));

        Assert.Equal("parquet.feature_unsupported", Code(file));
    }

    [Fact]
    public void Of_EncryptedColumn_ThrowsUnsupported() =>
        Assert.Equal("parquet.feature_unsupported", Code(Write([Column("a")], [RowGroup(1, chunk => chunk.EmptyStruct(8))])));

    public static TheoryData<string, byte[]> Broken() => new()
    {
        { "more children than elements", Write([Column("a")], [], children: 2) },
        { "fewer children than elements", Write([Column("a"), Column("b")], [], children: 1) },
        { "huge number of children", Write([Column("a", children: int.MaxValue)], []) },
        { "negative number of children", Write([Column("a", children: -1)], []) },
        { "too deep", Write([.. Enumerable.Range(0, 5000).Select(i => Column("g", children: 1)), Column("a")], [], children: 1) },
        { "unknown physical type", Write([Column("a", type: 99)], []) },
        { "unknown repetition", Write([Column("a", repetition: 9)], []) },
        { "date in 64 bits", Write([Column("a", type: 2, converted: 6)], []) },
        { "decimal without digits", Write([Column("a", type: 6, converted: 5)], []) },
        { "negative rows", Write([Column("a")], [RowGroup(-1, Chunk())]) },
        { "chunks missing", Write([Column("a"), Column("b")], [RowGroup(1, Chunk())]) },
        { "chunk of another type", Write([Column("a")], [RowGroup(1, Chunk(type: 2))]) },
        { "values differ from rows", Write([Column("a")], [RowGroup(2, Chunk(values: 1))]) },
        { "chunk beyond the end", Write([Column("a")], [RowGroup(1, Chunk(bytes: 1_000_000))]) },
        { "chunk at a negative offset", Write([Column("a")], [RowGroup(1, Chunk(bytes: 1, offset: -5))]) },
        { "chunk whose end overflows", Write([Column("a")], [RowGroup(1, Chunk(bytes: 10, offset: long.MaxValue))]) },
        { "dictionary beyond the end", Write([Column("a")], [RowGroup(1, Chunk(bytes: 1, offset: 0, dictionary: 10_000))]) },
        { "negative bytes", Write([Column("a")], [RowGroup(1, Chunk(bytes: -1))]) },
        { "empty struct", File([0]) },
        { "endless varint", File([0x25, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0]) },
        { "list longer than the bytes", File([0x29, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]) },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Of_NumbersThatCannotBe_ThrowsCorruptTable(string what, byte[] file)
    {
        var error = Assert.Throws<CorruptTableException>(() => ParquetFooter.Of(file, Somewhere));

        Assert.True(error.Message.Contains("somewhere.parquet", StringComparison.Ordinal), what);
    }

    public static TheoryData<string, byte[]> Refused() => new()
    {
        { "VARIANT of another version", Variant(l => Parameter(l, 16, of => of.Byte(1, 2))) },
        { "VARIANT in another form", Write([Column("v", logical: l => l.EmptyStruct(16), children: 1), Column("value", type: 6)], [], children: 1) },
        { "GEOMETRY in another form", Write([Column("g", type: 7, logical: l => l.EmptyStruct(17))], []) },
        { "INTERVAL in another form", Write([Column("i", type: 6, converted: 21)], []) },
        { "VECTOR", Write([Column("v", repetition: 3)], []) },
        { "LZO", Write([Column("a")], [RowGroup(1, Chunk(codec: 3))]) },
        { "codec 99", Write([Column("a")], [RowGroup(1, Chunk(codec: 99))]) },
        { "DECIMAL of 77 digits", Write([Column("d", type: 6, logical: l => Decimal(l, 77))], []) },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Of_WhatIsNotRead_IsARefusedFeature(string name, byte[] file)
    {
        ParquetFooter footer = ParquetFooter.Of(file, Somewhere);

        Assert.Contains(footer.Features, feature => feature.State == FeatureState.Refused && feature.Name.Contains(name, StringComparison.Ordinal));
    }

    public static TheoryData<string, byte[]> Described() => new()
    {
        { "variant", Variant(l => l.EmptyStruct(16)) },
        { "list<variant>", Variant(l => l.EmptyStruct(16), repetition: 2) },
        { "struct<v: variant>", Write([Column("s", children: 1), .. VariantColumns(l => l.EmptyStruct(16), 0)], [], children: 1) },
        { "struct<metadata: binary, value: binary>", Variant(null) },
        { "geometry(OGC:CRS84)", Write([Column("g", type: 6, logical: l => l.EmptyStruct(17))], []) },
        { "geometry(srid:4269)", Write([Column("g", type: 6, logical: l => Parameter(l, 17, of => of.String(1, "srid:4269")))], []) },
        { "geography(OGC:CRS84, spherical)", Write([Column("g", type: 6, logical: l => l.EmptyStruct(18))], []) },
        { "geography(OGC:CRS84, karney)", Write([Column("g", type: 6, logical: l => Parameter(l, 18, of => of.Int32(2, 4)))], []) },
        { "struct<months: uint32, days: uint32, milliseconds: uint32>", Write([Column("i", type: 7, converted: 21)], []) },
    };

    [Theory]
    [MemberData(nameof(Described))]
    public void Of_TypesBeyondArrows_AreReadAsDescribed(string type, byte[] file)
    {
        ParquetFooter footer = ParquetFooter.Of(file, Somewhere);

        Assert.Equal(type, SourceType.Describe(Assert.Single(footer.Schema.FieldsList)));
        Assert.DoesNotContain(footer.Features, feature => feature.State == FeatureState.Refused);
    }

    [Fact]
    public void Of_UnknownLogicalType_IsReadAsItIsStored()
    {
        ParquetFooter footer = ParquetFooter.Of(Write([Column("u", type: 6, logical: l => l.EmptyStruct(2555))], []), Somewhere);

        Assert.Equal(ArrowTypeId.Binary, footer.Schema.FieldsList[0].DataType.TypeId);
        Assert.Contains(footer.Features, feature => feature is { State: FeatureState.Harmless, Name: "logical type 2555" });
    }

    [Fact]
    public void Of_UuidColumn_IsMarked() => Assert.True(
        ParquetFooter.Of(Write([w =>
        {
            w.Int32(1, 7);
            w.Int32(2, 16);
            w.Int32(3, 1);
            w.String(4, "id");
            w.BeginStruct(10);
            w.EmptyStruct(14);
            w.End();
        }], []), Somewhere).Schema.FieldsList[0].IsUuid());

    [Fact]
    public void Of_RandomBytes_ThrowsNothingButOurErrors() => Prop.ForAll<byte[]>(bytes =>
    {
        Exception? error = Record.Exception(() => ParquetFooter.Of(FooterBytes.File(bytes), Somewhere));
        return error is null or BulkMoverException;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Of_AnyByteChanged_ThrowsNothingButOurErrors()
    {
        byte[] file = Write(
            [Column("a"), Column("l", children: 1), Column("list", repetition: 2, children: 1), Column("e", type: 6, converted: 0)],
            [RowGroup(1, Chunk(), Chunk(type: 6))], children: 2);
        for (int i = 4; i < file.Length - 8; i++)
        {
            foreach (byte flip in new byte[] { 0x01, 0x80, 0xFF })
            {
                byte[] changed = [.. file];
                changed[i] ^= flip;
                Exception? error = Record.Exception(() => ParquetFooter.Of(changed, Somewhere));
                Assert.True(error is null or BulkMoverException, $"byte {i} ^ {flip}: {error}");
            }
        }
    }

    private static byte[] Variant(Action<CompactWriter>? logical, int repetition = 1) => Write(VariantColumns(logical, repetition), [], children: 1);

    private static Action<CompactWriter>[] VariantColumns(Action<CompactWriter>? logical, int repetition) =>
        [Column("v", logical: logical, children: 2, repetition: repetition), Column("metadata", type: 6, repetition: 0), Column("value", type: 6, repetition: 0)];

    private static void Parameter(CompactWriter writer, int kind, Action<CompactWriter> parameter)
    {
        writer.BeginStruct(kind);
        parameter(writer);
        writer.End();
    }

    private static void Decimal(CompactWriter writer, int precision)
    {
        writer.BeginStruct(5);
        writer.Int32(1, 0);
        writer.Int32(2, precision);
        writer.End();
    }

    private static string Code(byte[] file) => Assert.ThrowsAny<BulkMoverException>(() => ParquetFooter.Of(file, Somewhere)).Code;
}
