using System.Numerics;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.Native;

/// <summary>Edge values of every type, sent as Native and read back by the server; the expected texts are written by hand.</summary>
public sealed class TypeRoundTripTests(ClickHouseServerFixture server)
{
    private static readonly Dictionary<string, string> UuidMetadata = new() { [SourceType.ExtensionNameKey] = SourceType.UuidExtension };

    private static readonly Dictionary<string, string> JsonMetadata = new() { [SourceType.ExtensionNameKey] = SourceType.JsonExtension };

    public static TheoryData<string, string> Cases() => new(AllCases.Select(one => (one.Type, string.Join('\n', one.Expected))));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task RoundTrip_EdgeValuesWithoutNulls_ArriveAsTheyAre(string type, string expected)
    {
        Case one = AllCases.Single(c => c.Type == type);
        var field = new Field("v", one.Arrow, nullable: false, one.Metadata);
        Assert.Equal(expected, await ReadAsync(field, new ModelArrays().Array(field, one.Values)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task RoundTrip_EdgeValuesAmongNulls_ArriveAsTheyAre(string type, string expected)
    {
        Case one = AllCases.Single(c => c.Type == type);
        var field = new Field("v", one.Arrow, nullable: true, one.Metadata);
        object?[] values = [null, .. one.Values.SelectMany(value => new[] { value, null })];
        string[] lines = [@"\N", .. expected.Split('\n').SelectMany(line => new[] { line, @"\N" })];
        Assert.Equal(string.Join('\n', lines), await ReadAsync(field, new ModelArrays().Array(field, values)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task RoundTrip_SliceOfNullableArray_SendsOnlyTheSlice(string type, string expected)
    {
        Case one = AllCases.Single(c => c.Type == type);
        var field = new Field("v", one.Arrow, nullable: true, one.Metadata);
        object?[] values = [.. one.Values, null];
        Assert.Equal(expected + "\n\\N", await ReadAsync(field, new ModelArrays().Sliced(field, values, before: 3, behind: 2)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task RoundTrip_AllNull_ArrivesAsNulls(string type, string expected)
    {
        Case one = AllCases.Single(c => c.Type == type);
        Assert.NotEmpty(expected);
        var field = new Field("v", one.Arrow, nullable: true, one.Metadata);
        Assert.Equal("\\N\n\\N", await ReadAsync(field, new ModelArrays().Array(field, [null, null])));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task RoundTrip_NoRows_IsTaken(string type, string expected)
    {
        Case one = AllCases.Single(c => c.Type == type);
        Assert.NotEmpty(expected);
        var field = new Field("v", one.Arrow, nullable: true, one.Metadata);
        Assert.Equal("", await ReadAsync(field, new ModelArrays().Array(field, [])));
    }

    private async Task<string> ReadAsync(Field field, IArrowArray array)
    {
        var batch = new RecordBatch(new Schema([field], null), [array], array.Length);
        string select = SourceType.RowName(field) switch
        {
            "fixed_size_binary" or "binary" or "large_binary" or "binary_view" => "hex(v)",
            _ => "v",
        };
        string text = await new NativeTarget(server).RoundTripAsync(batch, $"SELECT {select} FROM {{table}} FORMAT TSVRaw", TestContext.Current.CancellationToken);
        return text.Length == 0 ? text : text[..^1];
    }

    private sealed record Case(IArrowType Arrow, object?[] Values, string[] Expected, Dictionary<string, string>? Metadata = null)
    {
        public string Type => SourceType.Describe(new Field("v", Arrow, true, Metadata));
    }

    private static readonly Case[] AllCases =
    [
        new(BooleanType.Default, [true, false, true], ["true", "false", "true"]),
        new(Int8Type.Default, [-128, 127, 0], ["-128", "127", "0"]),
        new(Int16Type.Default, [-32768, 32767], ["-32768", "32767"]),
        new(Int32Type.Default, [int.MinValue, int.MaxValue], ["-2147483648", "2147483647"]),
        new(Int64Type.Default, [long.MinValue, long.MaxValue], ["-9223372036854775808", "9223372036854775807"]),
        new(UInt8Type.Default, [0, 255], ["0", "255"]),
        new(UInt16Type.Default, [0, 65535], ["0", "65535"]),
        new(UInt32Type.Default, [0, 4294967295], ["0", "4294967295"]),
        new(UInt64Type.Default, [0, (BigInteger)ulong.MaxValue], ["0", "18446744073709551615"]),
        new(HalfFloatType.Default, [1.5, -65504.0, 5.9604644775390625e-8, double.NaN, double.PositiveInfinity], ["1.5", "-65504", "5.9604645e-8", "nan", "inf"]),
        new(FloatType.Default, [3.4028234663852886e38, (double)-1e-45f, double.NegativeInfinity, -0.0], ["3.4028235e38", "-1e-45", "-inf", "-0"]),
        new(DoubleType.Default, [double.MaxValue, double.Epsilon, double.NaN], ["1.7976931348623157e308", "5e-324", "nan"]),

        new(new Decimal32Type(9, 2), [999_999_999, -999_999_999, 1], ["9999999.99", "-9999999.99", "0.01"]),
        new(new Decimal32Type(5, 12), [99_999, -1], ["0.000000099999", "-0.000000000001"]),
        new(new Decimal64Type(9, 0), [999_999_999, -1], ["999999999", "-1"]),
        new(new Decimal64Type(18, 18), [999_999_999_999_999_999, -1], ["0.999999999999999999", "-0.000000000000000001"]),
        new(new Decimal64Type(10, 30), [1], ["0." + new string('0', 29) + "1"]),
        new(new Decimal128Type(9, 2), [999_999_999, -999_999_999], ["9999999.99", "-9999999.99"]),
        new(new Decimal128Type(15, 2), [999_999_999_999_999, -999_999_999_999_999, 0], ["9999999999999.99", "-9999999999999.99", "0"]),
        new(new Decimal128Type(38, 0), [BigInteger.Pow(10, 38) - 1, 1 - BigInteger.Pow(10, 38)], [new string('9', 38), "-" + new string('9', 38)]),
        new(new Decimal128Type(38, 50), [BigInteger.MinusOne], ["-0." + new string('0', 49) + "1"]),
        new(new Decimal256Type(9, 0), [999_999_999, -5], ["999999999", "-5"]),
        new(new Decimal256Type(18, 0), [BigInteger.Pow(10, 18) - 1, -5], [new string('9', 18), "-5"]),
        new(new Decimal256Type(38, 0), [BigInteger.Pow(10, 38) - 1, 1 - BigInteger.Pow(10, 38)], [new string('9', 38), "-" + new string('9', 38)]),
        new(new Decimal256Type(76, 0), [BigInteger.Pow(10, 76) - 1, 1 - BigInteger.Pow(10, 76)], [new string('9', 76), "-" + new string('9', 76)]),

        new(Date32Type.Default, [-25_567, -1, 0, 65_536, 120_529], ["1900-01-01", "1969-12-31", "1970-01-01", "2149-06-07", "2299-12-31"]),
        new(Date64Type.Default, [-25_567 * 86_400_000L, 120_529 * 86_400_000L], ["1900-01-01", "2299-12-31"]),
        new(new TimestampType(TimeUnit.Second, (string?)null), [-62_167_219_200, 253_402_300_799], ["0000-01-01 00:00:00", "9999-12-31 23:59:59"]),
        new(new TimestampType(TimeUnit.Millisecond, (string?)null), [-1, 253_402_300_799_999], ["1969-12-31 23:59:59.999", "9999-12-31 23:59:59.999"]),
        new(new TimestampType(TimeUnit.Microsecond, (string?)null), [-62_135_596_800_000_000, 1_700_000_000_123_456], ["0001-01-01 00:00:00.000000", "2023-11-14 22:13:20.123456"]),
        new(new TimestampType(TimeUnit.Nanosecond, (string?)null), [long.MinValue, long.MaxValue], ["1677-09-21 00:12:43.145224192", "2262-04-11 23:47:16.854775807"]),
        new(new TimestampType(TimeUnit.Second, "UTC"), [0], ["1970-01-01 00:00:00"]),
        new(new TimestampType(TimeUnit.Millisecond, "+00:00"), [0], ["1970-01-01 00:00:00.000"]),
        new(new TimestampType(TimeUnit.Microsecond, "Europe/Berlin"), [0], ["1970-01-01 00:00:00.000000"]),
        new(new TimestampType(TimeUnit.Nanosecond, "UTC"), [1], ["1970-01-01 00:00:00.000000001"]),
        new(new Time32Type(TimeUnit.Second), [0, 86_399, 3_599_999, -1], ["00:00:00", "23:59:59", "999:59:59", "-00:00:01"]),
        new(new Time32Type(TimeUnit.Millisecond), [0, 86_399_999], ["00:00:00.000", "23:59:59.999"]),
        new(new Time64Type(TimeUnit.Microsecond), [0, 86_399_999_999], ["00:00:00.000000", "23:59:59.999999"]),
        new(new Time64Type(TimeUnit.Nanosecond), [0, 3_599_999_999_999_999], ["00:00:00.000000000", "999:59:59.999999999"]),

        new(new FixedSizeBinaryType(16), [Convert.FromHexString("61F0C4045CB311E7907BA6006AD3DBA0"), new byte[16]],
            ["61f0c404-5cb3-11e7-907b-a6006ad3dba0", "00000000-0000-0000-0000-000000000000"], UuidMetadata),
        new(new FixedSizeBinaryType(3), [new byte[] { 0, 1, 255 }, new byte[3]], ["0001FF", "000000"]),
        new(StringType.Default, ["""{"a":[1,null]}""", "null"], ["""{"a":[1,null]}""", "null"], JsonMetadata),
        new(BinaryType.Default, [new byte[] { 0, 10, 255 }, (byte[])[]], ["000AFF", ""]),
        new(LargeBinaryType.Default, [new byte[] { 0, 10, 255 }, (byte[])[]], ["000AFF", ""]),
        new(BinaryViewType.Default, [new byte[] { 0, 10, 255 }, Encoding.ASCII.GetBytes("0123456789abcdef")], ["000AFF", "30313233343536373839616263646566"]),
        new(StringType.Default, Strings, Strings),
        new(LargeStringType.Default, Strings, Strings),
        new(StringViewType.Default, Strings, Strings),
        new(new DictionaryType(Int8Type.Default, StringType.Default, false), Strings, Strings),
        new(new DictionaryType(UInt16Type.Default, LargeStringType.Default, false), Strings, Strings),
        new(new DictionaryType(UInt32Type.Default, new FixedSizeBinaryType(3), false), ["abc"u8.ToArray(), "xyz"u8.ToArray()], ["abc", "xyz"]),
        new(new DictionaryType(UInt64Type.Default, BooleanType.Default, false), [true, false], ["true", "false"]),
        new(new DictionaryType(Int32Type.Default, Int64Type.Default, false), [5, 7, 5, -1], ["5", "7", "5", "-1"]),
        new(new DictionaryType(Int64Type.Default, new TimestampType(TimeUnit.Second, "UTC"), false), [0, 1, 0], ["1970-01-01 00:00:00", "1970-01-01 00:00:01", "1970-01-01 00:00:00"]),
        new(new StructType([new Field("a", Int32Type.Default, true), new Field("b c", StringType.Default, false)]),
            [new object?[] { 1, "x" }, new object?[] { null, "" }], ["(1,'x')", "(NULL,'')"]),
    ];

    private static string[] Strings =>
    [
        "x", "ä€😀", new string('a', 12), new string('b', 13), new string('c', 127), new string('d', 128), new string('e', 16_383),
        new string('f', 16_384), new string('g', 2_000_000), "x",
    ];
}
