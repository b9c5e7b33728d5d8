using System.Globalization;
using System.Text;
using BulkMover.FileFormats.Variants;
using Xunit;
using static BulkMover.FileFormats.Tests.Variants.VariantBytes;

namespace BulkMover.FileFormats.Tests.Variants;

/// <summary>The rules of VariantEncoding.md.</summary>
public sealed class VariantEncodingTests
{
    private static readonly VariantBytes Small = new();

    [Theory]
    [InlineData(0, "", "null")]
    [InlineData(1, "", "true")]
    [InlineData(2, "", "false")]
    [InlineData(3, "DE", "-34")]
    [InlineData(4, "D204", "1234")]
    [InlineData(5, "C7CFFFFF", "-12345")]
    [InlineData(6, "EA16B04C02000000", "9876543210")]
    [InlineData(7, "9A99999999992CC0", "-14.3")]
    [InlineData(8, "0415CD5B07", "12345.6789")]
    [InlineData(9, "09B1FA52E04B9BB601", "123456789.987654321")]
    [InlineData(10, "0228000000000000000000000000000000", "0.40")]
    [InlineData(11, "424E0000", "\"2024-11-07\"")]
    [InlineData(12, "C0B2F0D851260600", "\"2024-11-07T12:33:54.123456Z\"")]
    [InlineData(13, "FFFFFFFFFFFFFFFF", "\"1969-12-31T23:59:59.999999\"")]
    [InlineData(14, "8FC22141", "10.109999656677246")]
    [InlineData(15, "040000000A0B0C0D", "\"CgsMDQ==\"")]
    [InlineData(16, "070000006963656265726700", null)]
    [InlineData(16, "0700000069636562657267", "\"iceberg\"")]
    [InlineData(17, "00E40B5402000000", "\"02:46:40.000000\"")]
    [InlineData(18, "0100000000000000", "\"1970-01-01T00:00:00.000000001Z\"")]
    [InlineData(19, "FFFFFFFFFFFFFFFF", "\"1969-12-31T23:59:59.999999999\"")]
    [InlineData(20, "F24F9B6481FA49D1B74E8C09A6E31C56", "\"f24f9b64-81fa-49d1-b74e-8c09a6e31c56\"")]
    public void Write_EachPrimitiveType_IsItsJson(int type, string hex, string? expected)
    {
        byte[] value = Primitive(type, Convert.FromHexString(hex));
        if (expected is null)
            Assert.Throws<VariantException>(() => Json(value));
        else
            Assert.Equal(expected, Json(value));
    }

    [Theory]
    [InlineData(21)]
    [InlineData(63)]
    public void Write_UnknownPrimitiveType_IsRefusedByNumber(int type)
    {
        VariantException error = Assert.Throws<VariantException>(() => Json(Primitive(type, new byte[16])));
        Assert.True(error.IsUnsupported);
        Assert.Contains($"primitive type {type},", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ShortStrings_HaveAnyLengthBelow64()
    {
        for (int length = 0; length < 64; length++)
            Assert.Equal($"\"{new string('x', length)}\"", Json([(byte)(1 | length << 2), .. Enumerable.Repeat((byte)'x', length)]));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void Write_OffsetsAndIdsOfEachSize_AreRead(int bytes, bool isLarge)
    {
        var style = new VariantBytes(bytes, 5 - bytes, isLarge);
        byte[] metadata = MetadataOf(bytes, isSorted: true, "a", "b");

        Assert.Equal("""{"a":[1,"x"],"b":{}}""", Json(style.Object((0, style.Array(Int8(1), String("x"))), (1, style.Object())), metadata));
    }

    [Fact]
    public void Write_MoreThan255Elements_AreCountedInFourBytes()
    {
        byte[][] elements = [.. Enumerable.Range(0, 300).Select(i => Int8(i % 100))];
        string[] names = [.. Enumerable.Range(0, 300).Select(i => $"n{i:D3}")];
        var large = new VariantBytes(2, 2, IsLarge: true);

        Assert.Equal($"[{string.Join(',', Enumerable.Range(0, 300).Select(i => i % 100))}]", Json(large.Array(elements)));
        Assert.Equal(
            $"{{{string.Join(',', names.Select((name, i) => $"\"{name}\":{i % 100}"))}}}",
            Json(large.Object([.. elements.Select((element, i) => (i, element))]), MetadataOf(2, isSorted: true, names)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_SortedFlag_ChangesNothing(bool isSorted) =>
        Assert.Equal("""{"a":1,"b":2}""", Json(Small.Object((0, Int8(1)), (1, Int8(2))), MetadataOf(1, isSorted, "a", "b")));

    [Fact]
    public void Write_ValuesInAnotherOrderThanTheirFields_AreFoundByOffset() =>
        Assert.Equal("""{"a":1,"b":2,"c":3}""", Json(Small.ObjectOf([2, 1, 0], [4, 2, 0, 6], [.. Int8(3), .. Int8(2), .. Int8(1)]), Metadata("c", "b", "a")));

    [Fact]
    public void Write_FieldsSortedAsUtf16_AreWrittenInTheOrderOfTheirBytes()
    {
        // U+10000 is two surrogates, below U+FF5E as UTF-16 and above it as UTF-8.
        byte[] value = Small.Object((0, Int8(1)), (1, Int8(2)));

        Assert.Equal("{\"\uFF5E\":2,\"\U00010000\":1}", Json(value, Metadata("\U00010000", "\uFF5E")));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    public void Write_TwoFieldsOfOneName_AreAnError(int first, int second) =>
        AssertBroken(Small.Object((first, Int8(1)), (second, Int8(2))), Metadata("a", "a"));

    [Theory]
    [InlineData("02000000", "version 2")]
    [InlineData("00000000", "version 0")]
    public void Metadata_OfAnotherVersion_IsRefused(string hex, string named)
    {
        VariantException error = Assert.Throws<VariantException>(() => Json(VariantBytes.Null, Convert.FromHexString(hex)));
        Assert.True(error.IsUnsupported);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("0100")]
    [InlineData("01010001")]
    [InlineData("0101010161")]
    [InlineData("01010002")]
    [InlineData("010100016161")]
    [InlineData("C1FFFFFFFF00")]
    public void Metadata_SizesThatDoNotFit_AreBroken(string hex) => AssertBroken(VariantBytes.Null, Convert.FromHexString(hex));

    [Fact]
    public void Metadata_EmptyOrFull_IsRead() => Assert.Equal("null", Json(VariantBytes.Null, Convert.FromHexString("010000")));

    [Fact]
    public void Write_FieldIdBeyondTheNames_IsBroken() => AssertBroken(Small.Object((1, Int8(1))), Metadata("a"));

    [Fact]
    public void Write_NameOutsideOfTheNames_IsBroken() =>
        AssertBroken(Small.Object((0, Int8(1))), [1, 2, 0, 9, 2, (byte)'a', (byte)'b']);

    [Theory]
    [InlineData("05FF")]
    [InlineData("0DED A0 80")]
    [InlineData("400100000080")]
    public void Write_StringThatIsNotUtf8_IsBroken(string hex) => AssertBroken(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), Empty);

    [Fact]
    public void Write_NameThatIsNotUtf8_IsBroken() => AssertBroken(Small.Object((0, Int8(1))), [1, 1, 0, 1, 0xFF]);

    [Fact]
    public void Write_AnyPartOfAValueMissing_IsBroken()
    {
        byte[] value = new VariantBytes(2, 2, true).Object((0, Small.Array(Int8(1), String("xyz"), Primitive(10, new byte[17]))), (1, Primitive(15, 1, 0, 0, 0, 9)));
        byte[] metadata = Metadata("a", "b");
        Assert.Equal("""{"a":[1,"xyz",0],"b":"CQ=="}""", Json(value, metadata));

        for (int length = 0; length < value.Length; length++)
            AssertBroken(value[..length], metadata);
        for (int length = 0; length < metadata.Length; length++)
            AssertBroken(value, metadata[..length]);
    }

    [Fact]
    public void Write_BytesBehindTheValue_AreBroken() => AssertBroken([.. Int8(1), 0], Empty);

    [Fact]
    public void Write_ElementsThatShareBytes_AreBroken()
    {
        byte[] value = Small.Array(Int8(1));
        AssertBroken(Small.ObjectOf([0, 1], [0, 0, 2], Int8(1)), Metadata("a", "b"));

        // Each level would double the text of the one below.
        for (int level = 0; level < 50; level++)
            value = new VariantBytes(2).ObjectOf([0, 1], [0, 0, 0, 0, (byte)value.Length, (byte)(value.Length >> 8)], value);
        AssertBroken(value, Metadata("a", "b"));
    }

    /// <summary>Twice the same half: too little for the sum of bytes to tell, and no more work than as many bytes may ask for.</summary>
    [Fact]
    public void Write_ElementsThatShareBytesBesideUnusedOnes_AreBoundedByTheBytes()
    {
        byte[] value = Int8(1);
        for (int level = 0; level < 12; level++)
            value = new VariantBytes(2).ObjectOf([0, 1], Offsets(0, 0, 2 * value.Length), [.. value, .. new byte[value.Length]]);

        // Each level doubles the text, but the bytes as well.
        Assert.InRange(Json(value, Metadata("a", "b")).Length, 1, 10 * value.Length);
        AssertBroken(new VariantBytes(2).ObjectOf([0, 1], Offsets(0, 0, 2 * value.Length - 1), [.. value, .. new byte[value.Length - 1]]), Metadata("a", "b"));

        static byte[] Offsets(params int[] offsets) => [.. offsets.SelectMany(offset => (byte[])[(byte)offset, (byte)(offset >> 8)])];
    }

    /// <summary>arrow-rs, ObjectBuilder::insert: "the new value overwrites the previous mapping, but the old value remains in the buffer".</summary>
    [Fact]
    public void Write_FormerValueOfAField_IsReadOver() => Assert.Equal(
        """{"a":"new","b":2}""", Json(Small.ObjectOf([0, 1], [4, 2, 8], [.. Int8(1), .. Int8(2), .. String("new")]), Metadata("a", "b")));

    /// <summary>parquet-java, issue 3625: "the object reserved stale trailing bytes and overstated its size".</summary>
    [Fact]
    public void Write_BytesBehindTheLastValue_AreReadOver()
    {
        Assert.Equal("""[{"a":1},2]""", Json(Small.Array(Small.ObjectOf([0], [0, 5], [.. Int8(1), 7, 7, 7]), Int8(2)), Metadata("a")));
        Assert.Equal("[1]", Json([3, 1, 0, 3, .. Int8(1), 0]));
    }

    [Fact]
    public void Write_BytesBetweenElements_AreReadOver() => Assert.Equal("[1,2]", Json([3, 2, 1, 4, 6, 0xFF, .. Int8(1), 0xFF, .. Int8(2)]));

    [Fact]
    public void Write_ElementBeyondTheLastOffset_IsBroken()
    {
        AssertBroken([3, 1, 0, 1, .. Int8(1)], Empty);
        AssertBroken(Small.Array([3, 1, 0, 1, .. Int8(1)], Int8(2)), Empty);
    }

    [Fact]
    public void Write_OffsetBeyondTheValues_IsBroken() => AssertBroken([3, 1, 2, 2, .. Int8(1)], Empty);

    [Fact]
    public void Write_NestedAsDeepAsAllowed_NeedsLittleStack()
    {
        string json = "";
        var thread = new Thread(() => json = Json(Nested(VariantWriter.MaxDepth)), maxStackSize: 1024 * 1024);
        thread.Start();
        thread.Join();

        Assert.Equal($"{new string('[', VariantWriter.MaxDepth)}null{new string(']', VariantWriter.MaxDepth)}", json);
    }

    [Fact]
    public void Write_NestedDeeper_IsRefused() =>
        Assert.True(Assert.Throws<VariantException>(() => Json(Nested(VariantWriter.MaxDepth + 1))).IsUnsupported);

    [Theory]
    [InlineData(8, "00FFFFFFFF", "-1")]
    [InlineData(8, "0300000080", "-2147483.648")]
    [InlineData(8, "0305000000", "0.005")]
    [InlineData(8, "03FBFFFFFF", "-0.005")]
    [InlineData(8, "0300000000", "0.000")]
    [InlineData(8, "2601000000", "0.00000000000000000000000000000000000001")]
    [InlineData(8, "2701000000", null)]
    [InlineData(10, "0000000000000000000000000000000080", "-170141183460469231731687303715884105728")]
    [InlineData(10, "26FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F", "1.70141183460469231731687303715884105727")]
    public void Write_Decimals_KeepEveryDigitOfTheScale(int type, string hex, string? expected)
    {
        byte[] value = Primitive(type, Convert.FromHexString(hex));
        if (expected is null)
            AssertBroken(value, Empty);
        else
            Assert.Equal(expected, Json(value));
    }

    [Theory]
    [InlineData(1.0, "1.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e16, "10000000000000000.0")]
    [InlineData(1e20, "1E+20")]
    [InlineData(5e-324, "5E-324")]
    [InlineData(double.MaxValue, "1.7976931348623157E+308")]
    [InlineData(double.NaN, "\"NaN\"")]
    [InlineData(double.PositiveInfinity, "\"Infinity\"")]
    [InlineData(double.NegativeInfinity, "\"-Infinity\"")]
    public void Write_Doubles_AreTheShortestThatReadsBack(double value, string expected) =>
        Assert.Equal(expected, Json(Primitive(7, BitConverter.GetBytes(value))));

    [Theory]
    [InlineData(int.MinValue, "-5877641-06-23")]
    [InlineData(-719_528, "0000-01-01")]
    [InlineData(-719_529, "-000001-12-31")]
    [InlineData(-1, "1969-12-31")]
    [InlineData(11_016, "2000-02-29")]
    [InlineData(2_932_896, "9999-12-31")]
    [InlineData(2_932_897, "+010000-01-01")]
    [InlineData(int.MaxValue, "+5881580-07-11")]
    public void Write_Dates_OfAnyYear(int days, string expected) => Assert.Equal($"\"{expected}\"", Json(Primitive(11, BitConverter.GetBytes(days))));

    [Fact]
    public void Write_EveryDayOf400Years_IsThatOfTheCalendar()
    {
        for (var date = new DateOnly(1800, 1, 1); date.Year < 2200; date = date.AddDays(1))
        {
            int days = date.DayNumber - new DateOnly(1970, 1, 1).DayNumber;
            Assert.Equal(date.ToString("'\"'yyyy-MM-dd'\"'", CultureInfo.InvariantCulture), Json(Primitive(11, BitConverter.GetBytes(days))));
        }
    }

    [Theory]
    [InlineData(12, long.MinValue, "-290308-12-21T19:59:05.224192Z")]
    [InlineData(13, long.MaxValue, "+294247-01-10T04:00:54.775807")]
    [InlineData(18, long.MinValue, "1677-09-21T00:12:43.145224192Z")]
    [InlineData(19, long.MaxValue, "2262-04-11T23:47:16.854775807")]
    [InlineData(17, 86_399_999_999, "23:59:59.999999")]
    [InlineData(17, 86_400_000_000, null)]
    [InlineData(17, -1, null)]
    public void Write_TimesAtTheirEnds_AreExact(int type, long value, string? expected)
    {
        byte[] bytes = Primitive(type, BitConverter.GetBytes(value));
        if (expected is null)
            AssertBroken(bytes, Empty);
        else
            Assert.Equal($"\"{expected}\"", Json(bytes));
    }

    [Fact]
    public void Write_Strings_EscapeWhatJsonDemandsAndNothingElse()
    {
        string text = new string([.. Enumerable.Range(0, 0x80).Select(c => (char)c)]) + "ü\u2028😀";

        string json = Json(String(text));

        Assert.Equal(text, System.Text.Json.JsonSerializer.Deserialize<string>(json));
        Assert.Contains("""\u0000\u0001""", json, StringComparison.Ordinal);
        Assert.Contains("""\b\t\n\u000b\f\r""", json, StringComparison.Ordinal);
        Assert.EndsWith("/0123456789", json[..json.IndexOf(':', StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.EndsWith("\u007Fü\u2028😀\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_LongNameUsedInManyObjects_EndsAtTheLimitOfTheText()
    {
        byte[] one = Small.Object((0, VariantBytes.Null));
        byte[] value = new VariantBytes(4, 1, true).Array([.. Enumerable.Repeat(one, 10_000)]);
        using var text = new JsonText(maxBytes: 1 << 20);

        VariantException error = Assert.Throws<VariantException>(() => Write(text, value, MetadataOf(2, false, new string('n', 60_000))));

        Assert.True(error.IsUnsupported);
        Assert.InRange(text.Length, 0, 1 << 20);
    }

    internal static string Json(byte[] value, byte[]? metadata = null)
    {
        using var text = new JsonText(maxBytes: 1 << 20);
        Write(text, value, metadata ?? Empty);
        return Encoding.UTF8.GetString(text.Written);
    }

    private static void Write(JsonText text, byte[] value, byte[] metadata) => new VariantWriter(new VariantMetadata(metadata), text).Write(value, depth: 0);

    private static void AssertBroken(byte[] value, byte[] metadata) =>
        Assert.False(Assert.Throws<VariantException>(() => Json(value, metadata)).IsUnsupported);

    private static byte[] Nested(int depth)
    {
        byte[] value = VariantBytes.Null;
        for (int level = 0; level < depth; level++)
            value = new VariantBytes(2).Array(value);
        return value;
    }
}
