using System.Diagnostics;
using System.Text;
using BulkMover.Core.Errors;
using BulkMover.FileFormats.Avro;
using Xunit;

namespace BulkMover.FileFormats.Tests.Avro;

public sealed class AvroDecoderTests
{
    private static readonly AvroType Null = new(AvroKind.Null) { IsEmpty = true };
    private static readonly AvroType Long = new(AvroKind.Long);
    private static readonly AvroType NullableLong = new(AvroKind.Union) { Branches = [Null, Long] };

    // Avro specification, "Primitive Types", the table of variable-length zig-zag coding.
    [Theory]
    [InlineData(0, "00")]
    [InlineData(-1, "01")]
    [InlineData(1, "02")]
    [InlineData(-64, "7f")]
    [InlineData(64, "8001")]
    [InlineData(long.MaxValue, "feffffffffffffffff01")]
    [InlineData(long.MinValue, "ffffffffffffffffff01")]
    public void ReadLong_ExampleOfTheSpecification_IsRead(long value, string hex) =>
        Assert.Equal(value, new AvroDecoder(Convert.FromHexString(hex), "f").ReadLong(Long));

    [Fact]
    public void ReadLong_UnionWithNull_ReadsBoth()
    {
        var decoder = new AvroDecoder([0x00, 0x02, 0x06], "f");

        Assert.Null(decoder.ReadLong(NullableLong));
        Assert.Equal(3, decoder.ReadLong(NullableLong));
        Assert.Equal(0, decoder.Remaining);
    }

    [Fact]
    public void ReadLong_UnionBranchDoesNotExist_ThrowsCorruptTable() =>
        Assert.Throws<CorruptTableException>(() => new AvroDecoder([0x04], "f").ReadLong(NullableLong));

    [Fact]
    public void ReadLong_NumberDoesNotEnd_ThrowsCorruptTable() =>
        Assert.Throws<CorruptTableException>(() => new AvroDecoder(Enumerable.Repeat((byte)0xFF, 20).ToArray(), "f").ReadLong(Long));

    [Fact]
    public void ReadInt_BeyondThirtyTwoBits_ThrowsCorruptTable() =>
        Assert.Throws<CorruptTableException>(() => new AvroDecoder(AvroFiles.Long(1L << 31), "f").ReadInt(Long));

    [Fact]
    public void TryReadBytes_LengthIsNegativeOrTooLarge_ThrowsCorruptTable()
    {
        foreach (long length in (long[])[-1, 2, long.MaxValue])
        {
            Assert.Throws<CorruptTableException>(() =>
                new AvroDecoder([.. AvroFiles.Long(length), 65], "f").TryReadBytes(new AvroType(AvroKind.Bytes), out _));
        }
    }

    [Fact]
    public void Skip_ArrayInBlocksWithAndWithoutSize_StepsOverAll()
    {
        // Avro specification, "Arrays": a negative count is followed by the block's size in bytes.
        byte[] array = [.. AvroFiles.Long(2), 2, 4, .. AvroFiles.Long(-1), .. AvroFiles.Long(1), 6, .. AvroFiles.Long(0), 0x54];
        var decoder = new AvroDecoder(array, "f");

        decoder.Skip(new AvroType(AvroKind.Array) { Items = Long });

        Assert.Equal(42, decoder.ReadLong(Long));
    }

    /// <summary>Avro specification, "Arrays" and "Primitive Types": "null is written as zero bytes", so any number of them takes a count.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(1L << 60)]
    [InlineData(long.MinValue)]
    public void Skip_ArrayOfItemsWithoutBytes_TakesNoTime(long count)
    {
        byte[] block = [.. AvroFiles.Long(count), .. count < 0 ? AvroFiles.Long(0) : []];
        var decoder = new AvroDecoder([.. block, .. block, 0, 0x54], "f");

        decoder.Skip(new AvroType(AvroKind.Array) { Items = Null });

        Assert.Equal(42, decoder.ReadLong(Long));
    }

    /// <summary>Who reads items one by one asks for this count.</summary>
    [Fact]
    public void ReadItemCount_ArrayOfItemsWithoutBytes_ThrowsCorruptTable() =>
        Assert.Throws<CorruptTableException>(() => new AvroDecoder([.. AvroFiles.Long(5), 0], "f").ReadItemCount(new AvroType(AvroKind.Array) { Items = Null }));

    [Fact]
    public void Skip_SchemaThatGrowsExponentially_TakesNoTime()
    {
        var schema = new StringBuilder("""{"type":"record","name":"l0","fields":[]}""");
        for (int level = 1; level <= 15; level++)
        {
            string fields = string.Join(',', Enumerable.Range(0, 8).Select(i => $$"""{"name":"f{{i}}","type":{{(i == 0 ? schema : $"\"l{level - 1}\"")}}}"""));
            schema = new StringBuilder($$"""{"type":"record","name":"l{{level}}","fields":[{{fields}}]}""");
        }

        AvroType type = AvroSchemaParser.Parse(Encoding.UTF8.GetBytes(schema.ToString()), "f");
        long start = Stopwatch.GetTimestamp();
        new AvroDecoder([], "f").Skip(type);

        Assert.True(type.IsEmpty);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 5);
    }
}
