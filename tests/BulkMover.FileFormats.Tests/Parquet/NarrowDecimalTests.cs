using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.Core.Types;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>Decimals that the file stores as integers, and may come as such.</summary>
public sealed class NarrowDecimalTests
{
    private static readonly string[] Lines32 = ["-9999999.99", "0.00", null!, "9999999.99", "-0.01"];
    private static readonly BigInteger?[] Values32 = [-999_999_999, 0, null, 999_999_999, -1];
    private static readonly BigInteger?[] Values64 = [-999_999_999_999_999_999, 0, null, 999_999_999_999_999_999, -1];

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task ReadAsync_StoredFormsAreKept_ComeInTheBitsOfTheFile(bool isStoredAsInteger, bool nullable)
    {
        Schema schema = SchemaOf(9, 18, nullable);
        using ParquetTestFile file = Write(schema, isStoredAsInteger, nullable);
        string[] plain = await file.ReadAsync(schema);

        file.Options = new() { KeepsStoredForms = true };

        Assert.Equal(isStoredAsInteger ? "decimal32(9, 2), decimal64(18, 2)" : "decimal128(9, 2), decimal128(18, 2)", await TypesAsync(file, schema));
        Assert.Equal(plain, await file.ReadAsync(schema));
        Assert.Equal(Lines32.Where(line => nullable || line is not null).Select(line => line is null ? "\"a\":null" : $"\"a\":\"{line}\""), plain.Select(line => line[1..line.IndexOf(',', StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData(9, 18, 2, "decimal32(9, 2), decimal64(18, 2)")]
    [InlineData(10, 19, 2, "decimal128(10, 2), decimal128(19, 2)")]
    [InlineData(12, 21, 4, "decimal128(12, 4), decimal128(21, 4)")]
    public async Task ReadAsync_TableHasMoreDigits_KeepsTheFormAsFarAsItHoldsThem(int first, int second, int scale, string types)
    {
        using ParquetTestFile file = Write(SchemaOf(9, 18, nullable: true), isStoredAsInteger: true, nullable: true);
        file.Options = new() { KeepsStoredForms = true };
        Schema table = SchemaOf(first, second, nullable: true, scale);

        Assert.Equal(types, await TypesAsync(file, table));
    }

    [Fact]
    public async Task Select_RowsInStoredForms_AreThoseOfTheTablesType()
    {
        Schema schema = SchemaOf(9, 18, nullable: true);
        using ParquetTestFile file = Write(schema, isStoredAsInteger: true, nullable: true);
        foreach (string text in (string[])["a < 0", "b >= 9999999999999999.99", "a IN (0, -0.01)", "b IS NULL", "NOT (a > 0.001)"])
        {
            Filter where = FilterParser.Parse(text, schema);
            Assert.Equal(await SelectAsync(keeps: false), await SelectAsync(keeps: true));

            async Task<List<string>> SelectAsync(bool keeps)
            {
                file.Options = new() { KeepsStoredForms = keeps };
                var rows = new List<string>();
                await foreach (RecordBatch batch in file.BatchesAsync(schema))
                {
                    using (batch)
                    using (RowSelection selected = RowFilter.Select(where, batch))
                        rows.Add(string.Join(',', selected.Rows.ToArray()));
                }

                return rows;
            }
        }
    }

    private static Schema SchemaOf(int first, int second, bool nullable, int scale = 2) =>
        new([Field("a", new Decimal128Type(first, scale), nullable), Field("b", new Decimal128Type(second, scale), nullable)], null);

    private static ParquetTestFile Write(Schema schema, bool isStoredAsInteger, bool nullable) => new ParquetTestFile().Write(
        schema,
        builder => _ = isStoredAsInteger ? builder.EnableStoreDecimalAsInteger() : builder.DisableStoreDecimalAsInteger(),
        [Column(schema, 0, Values32, nullable), Column(schema, 1, Values64, nullable)]);

    private static IArrowArray Column(Schema schema, int column, BigInteger?[] values, bool nullable) =>
        ArrayOf(schema.FieldsList[column].DataType, [.. values.Where(value => nullable || value is not null).Select(value => (object?)value)]);

    private static async Task<string> TypesAsync(ParquetTestFile file, Schema table)
    {
        var types = new HashSet<string>();
        await foreach (RecordBatch batch in file.BatchesAsync(table))
        {
            using (batch)
            {
                types.Add(string.Join(", ", batch.Schema.FieldsList.Select(SourceType.Describe)));
                Assert.Equal(batch.Schema.FieldsList.Select(field => field.DataType), Enumerable.Range(0, 2).Select(i => batch.Column(i).Data.DataType));
            }
        }

        return Assert.Single(types);
    }
}
