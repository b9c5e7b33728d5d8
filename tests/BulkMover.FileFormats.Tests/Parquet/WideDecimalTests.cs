using BulkMover.Core.Errors;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.FooterBytes;
using static BulkMover.FileFormats.Tests.Parquet.HandMadeFile;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>LogicalTypes.md, "DECIMAL": two's complement, the most significant byte first, in as many bytes as the writer likes.</summary>
public sealed class WideDecimalTests
{
    private const int FixedLengthByteArray = 7, Bytes = 17;

    [Theory]
    [InlineData("0000000000000000000000000000000001", "0.01")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "-0.01")]
    [InlineData("004B3B4CA85A86C47A098A223FFFFFFFFF", "999999999999999999999999999999999999.99")]
    [InlineData("FFB4C4B357A5793B85F675DDC000000001", "-999999999999999999999999999999999999.99")]
    public async Task ReadAsync_MoreBytesThanDigitsNeed_AreReadAsTheirNumber(string value, string expected)
    {
        using var file = new ParquetTestFile();
        Write(file, value);

        Assert.Equal([$"{{\"c\":\"{expected}\"}}"], await file.ReadAsync());
    }

    [Theory]
    [InlineData("0080000000000000000000000000000000")]
    [InlineData("FF7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData("0100000000000000000000000000000000")]
    public async Task ReadAsync_MoreDigitsThanTheTypeHas_ThrowsCorruptTable(string value)
    {
        using var file = new ParquetTestFile();
        Write(file, value);

        Assert.Equal("parquet.data_corrupt", (await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync())).Code);
    }

    /// <summary>A few bytes of a file may say that values are as long as they like; rows times that length are no memory that anybody leased.</summary>
    [Theory]
    [InlineData(65)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    public async Task ReadAsync_ValuesAreLongerThanAnyWriterMakesThem_AreRefused(int bytes)
    {
        using var file = new ParquetTestFile();
        Write(file, "000000", bytes, rows: 65_536);

        Assert.IsAssignableFrom<BulkMoverException>(await Record.ExceptionAsync(() => file.ReadAsync()));
    }

    private static void Write(ParquetTestFile file, string value, int bytes = Bytes, int rows = 1) => HandMadeFile.Write(
        file,
        1,
        [
            Column("c", FixedLengthByteArray, repetition: 0, length: bytes, logical: writer =>
            {
                writer.BeginStruct(5);
                writer.Int32(1, 2);
                writer.Int32(2, 38);
                writer.End();
            }),
        ],
        rows,
        (FixedLengthByteArray, rows, [Page(rows, Convert.FromHexString(value))]));
}
