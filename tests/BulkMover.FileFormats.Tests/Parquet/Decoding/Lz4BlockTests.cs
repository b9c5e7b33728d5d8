using System.Text;
using BulkMover.FileFormats.Parquet.Decoding;
using Xunit;

namespace BulkMover.FileFormats.Tests.Parquet.Decoding;

/// <summary>lz4_Block_format.md: blocks put together by hand. Blocks of another writer are read by <see cref="EncodingsTests"/>.</summary>
public sealed class Lz4BlockTests
{
    [Fact]
    public void Decompress_OnlyLiterals_GivesThem() => Assert.Equal("hello", Text([5 << 4, .. "hello"u8], 5));

    [Fact]
    public void Decompress_MatchThatOverlapsItself_Repeats()
    {
        // "ab", then 15 + 3 + 4 bytes from two bytes before on; then the last literals.
        Assert.Equal("abababababababababababab" + "final", Text([2 << 4 | 15, .. "ab"u8, 2, 0, 3, 5 << 4, .. "final"u8], 29));
    }

    [Fact]
    public void Decompress_LengthsOfSeveralBytes_AreSummed()
    {
        string literals = new('x', 15 + 255 + 7);

        Assert.Equal(literals, Text([15 << 4, 255, 7, .. Encoding.UTF8.GetBytes(literals)], literals.Length));
    }

    [Fact]
    public void Decompress_NoBytes_IsAnEmptyBlock() => Assert.Equal("", Text([0], 0));

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x50, 1, 2 })]
    [InlineData(new byte[] { 0x10, 1, 0, 0, 0 })]
    [InlineData(new byte[] { 0x10, 1, 2, 0, 0 })]
    [InlineData(new byte[] { 0x10, 1, 1 })]
    [InlineData(new byte[] { 0x1F, 1, 1, 0, 255, 255, 0 })]
    [InlineData(new byte[] { 0xF0, 255, 255 })]
    [InlineData(new byte[] { 0x10, 1, 1, 0 })]
    public void Decompress_BytesThatAreNoBlock_Throws(byte[] block) => Assert.Throws<InvalidDataException>(() => Text(block, 20));

    private static string Text(byte[] block, int bytes)
    {
        using var from = new GuardedMemory(block);
        using var to = new GuardedMemory(bytes);
        int written = Lz4Block.Decompress(from.GetSpan(), to.GetSpan());
        return Encoding.UTF8.GetString(to.GetSpan()[..written]);
    }
}
