using System.Numerics;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Shaping;
using BulkMover.FileFormats.Variants;
using BulkMover.Testing.Memory;
using Xunit;
using static BulkMover.FileFormats.Tests.Variants.VariantBytes;

namespace BulkMover.FileFormats.Tests.Variants;

/// <summary>The rules of VariantShredding.md, with its own examples.</summary>
public sealed class VariantShreddingTests
{
    private static readonly VariantBytes Small = new();

    private static readonly Field Encoded = new("value", BinaryType.Default, true);

    /// <summary>The fields of the specification's events.</summary>
    private static readonly StructType Events = Group(
        Encoded,
        new Field("typed_value", new StructType(
        [
            new Field("event_type", new StructType([Encoded, new Field("typed_value", StringType.Default, true)]), false),
            new Field("event_ts", new StructType([Encoded, new Field("typed_value", new TimestampType(TimeUnit.Microsecond, "UTC"), true)]), false),
        ]), true));

    private static readonly byte[] EventNames = Metadata("event_type", "event_ts", "email", "click", "error_msg");

    // The specification shows "n/a" as 13 6E 2F 61, where its own encoding has 0D for a short string of three bytes.
    [Fact]
    public void Apply_SeriesOfMeasurements_IsThatOfTheSpecification() => Assert.Equal(
        ["34", "null", "\"n/a\"", "100"],
        Read(Group(Encoded, new Field("typed_value", Int64Type.Default, true)),
            [Empty, null, 34L], [Empty, VariantBytes.Null, null], [Empty, Convert.FromHexString("0D6E2F61"), null], [Empty, null, 100L]));

    [Fact]
    public void Apply_SeriesOfArrays_IsThatOfTheSpecification()
    {
        StructType group = Group(Encoded, ListOf(Encoded, new Field("typed_value", StringType.Default, true)));

        Assert.Equal(
            ["""["comedy","drama"]""", """["horror",null]""", """["comedy","drama","romance"]""", "null"],
            Read(group,
                [Empty, null, Texts("comedy", "drama")], [Empty, null, Texts("horror", null)],
                [Empty, null, Texts("comedy", "drama", "romance")], [Empty, VariantBytes.Null, null]));

        static List<object?> Texts(params string?[] texts) =>
            [.. texts.Select(text => (object?)new object?[] { text is null ? VariantBytes.Null : null, text is null ? null : Encoding.UTF8.GetBytes(text) })];
    }

    [Fact]
    public void Apply_SeriesOfObjects_IsThatOfTheSpecification() => Assert.Equal(
        [
            """{"event_ts":"1970-01-01T00:28:49.794114Z","event_type":"noop"}""",
            """{"email":"user@example.com","event_ts":"1970-01-01T00:28:49.794146Z","event_type":"login"}""",
            """{"error_msg":"malformed: ..."}""",
            "\"malformed: not an object\"",
            """{"click":"_button","event_ts":"1970-01-01T00:28:49.794240Z"}""",
            """{"event_ts":"1970-01-01T00:28:49.794954Z","event_type":null}""",
            """{"event_ts":"2024-10-24","event_type":"noop"}""",
            "{}",
            "null",
        ],
        Read(Events,
            Event(null, [null, "noop"u8.ToArray()], [null, 1_729_794_114L]),
            Event(Small.Object((2, String("user@example.com"))), [null, "login"u8.ToArray()], [null, 1_729_794_146L]),
            Event(Small.Object((4, String("malformed: ..."))), [null, null], [null, null]),
            [EventNames, String("malformed: not an object"), null],
            Event(Small.Object((3, String("_button"))), [null, null], [null, 1_729_794_240L]),
            Event(null, [VariantBytes.Null, null], [null, 1_729_794_954L]),
            Event(null, [null, "noop"u8.ToArray()], [String("2024-10-24"), null]),
            Event(null, [null, null], [null, null]),
            [EventNames, VariantBytes.Null, null]));

    [Fact]
    public void Apply_ShreddedFieldInValueToo_IsBroken()
    {
        AssertBroken(Events, Event(Small.Object((0, String("login"))), [null, "login"u8.ToArray()], [null, null]));
        // Missing among the shredded fields, it may not be in value either.
        AssertBroken(Events, Event(Small.Object((0, String("login"))), [null, null], [null, null]));
    }

    [Fact]
    public void Apply_ObjectWithoutTypedValue_IsWhatValueHolds() => Assert.Equal(
        ["""{"event_type":"login"}""", "{}"],
        Read(Events, [EventNames, Small.Object((0, String("login"))), null], [EventNames, Small.Object(), null]));

    [Fact]
    public void Apply_TypedObjectBesideAValueThatIsNone_IsBroken() =>
        AssertBroken(Events, Event(String("a"), [null, null], [null, null]));

    [Fact]
    public void Apply_ValueAndTypedValueOfNoObject_IsBroken()
    {
        AssertBroken(Group(Encoded, new Field("typed_value", Int64Type.Default, true)), [Empty, Int8(1), 1L]);
        AssertBroken(Events, Event(null, [String("a"), "a"u8.ToArray()], [null, null]));
        AssertBroken(Group(Encoded, ListOf(Encoded, new Field("typed_value", Int64Type.Default, true))), [Empty, Small.Array(), new List<object?>()]);
        AssertBroken(Group(Encoded, ListOf(Encoded, new Field("typed_value", Int64Type.Default, true))),
            [Empty, null, new List<object?> { new object?[] { Int8(1), 1L } }]);
    }

    [Fact]
    public void Apply_NeitherValueNorTypedValue_IsAVariantNull() => Assert.Equal(
        ["null", "[null]"],
        Read(Group(Encoded, ListOf(Encoded)), [Empty, null, null], [Empty, null, new List<object?> { new object?[] { null } }]));

    [Fact]
    public void Apply_RowWithoutVariant_IsANull() => Assert.Equal(
        [null, "1", null], Read(Group(Encoded), null, [Empty, Int8(1)], null));

    [Fact]
    public void Apply_NestedObjectsAndArrays_AreReadAtEachLevel()
    {
        StructType place = new([new Field("typed_value", new StructType(
        [
            new Field("latitude", new StructType([Encoded, new Field("typed_value", DoubleType.Default, true)]), false),
            new Field("tags", new StructType([Encoded, ListOf(Encoded, new Field("typed_value", StringType.Default, true))]), false),
        ]), true), Encoded]);
        StructType group = Group(Encoded, new Field("typed_value", new StructType([new Field("location", place, false)]), true));

        Assert.Equal(
            ["""{"location":{"latitude":1.5,"tags":["a",1],"x":true},"z":2}""", """{"location":7}"""],
            Read(group,
                [
                    Metadata("x", "z"), Small.Object((1, Int8(2))),
                    new object?[]
                    {
                        new object?[]
                        {
                            new object?[]
                            {
                                new object?[] { null, 1.5 },
                                new object?[] { null, new List<object?> { new object?[] { null, "a"u8.ToArray() }, new object?[] { Int8(1), null } } },
                            },
                            Small.Object((0, Primitive(1))),
                        },
                    },
                ],
                [Empty, null, new object?[] { new object?[] { null, Int8(7) } }]));
    }

    public static TheoryData<IArrowType, object, string> Primitives => new()
    {
        { BooleanType.Default, true, "true" },
        { Int32Type.Default, -12345L, "-12345" },
        { Int64Type.Default, 9876543210L, "9876543210" },
        { FloatType.Default, 0.1, "0.10000000149011612" },
        { DoubleType.Default, 0.1, "0.1" },
        { new Decimal128Type(9, 4), new BigInteger(123456789), "12345.6789" },
        { new Decimal128Type(38, 2), -BigInteger.Pow(10, 37), "-100000000000000000000000000000000000.00" },
        { Date32Type.Default, 20_034L, "\"2024-11-07\"" },
        { new Time64Type(TimeUnit.Microsecond), 10_000_000_000L, "\"02:46:40.000000\"" },
        { new TimestampType(TimeUnit.Microsecond, "UTC"), 0L, "\"1970-01-01T00:00:00.000000Z\"" },
        { new TimestampType(TimeUnit.Nanosecond, "UTC"), 1L, "\"1970-01-01T00:00:00.000000001Z\"" },
        { new TimestampType(TimeUnit.Microsecond, (string?)null), -1L, "\"1969-12-31T23:59:59.999999\"" },
        { new TimestampType(TimeUnit.Nanosecond, (string?)null), -1L, "\"1969-12-31T23:59:59.999999999\"" },
        { BinaryType.Default, new byte[] { 10, 11, 12, 13 }, "\"CgsMDQ==\"" },
        { StringType.Default, "a\"b"u8.ToArray(), "\"a\\\"b\"" },
        { UuidType.Storage, Convert.FromHexString("F24F9B6481FA49D1B74E8C09A6E31C56"), "\"f24f9b64-81fa-49d1-b74e-8c09a6e31c56\"" },
    };

    [Theory]
    [MemberData(nameof(Primitives))]
    public void Apply_EachShreddedType_IsItsJson(IArrowType type, object value, string expected)
    {
        var typed = new Field("typed_value", type, true);
        StructType group = Group(Encoded, type is FixedSizeBinaryType { TypeId: ArrowTypeId.FixedSizedBinary } ? typed.AsUuid() : typed);

        Assert.Equal([expected, "null", expected], Read(group, [Empty, null, value], [Empty, VariantBytes.Null, null], [Empty, null, value]));
    }

    public static TheoryData<Field> NoVariants => new()
    {
        new Field("typed_value", UInt32Type.Default, true),
        new Field("typed_value", new FixedSizeBinaryType(4), true),
        new Field("typed_value", HalfFloatType.Default, true),
        new Field("typed_value", new Decimal256Type(40, 0), true),
        new Field("typed_value", new TimestampType(TimeUnit.Millisecond, "UTC"), true),
        new Field("typed_value", new Time32Type(TimeUnit.Millisecond), true),
        new Field("typed_value", new MapType(StringType.Default, StringType.Default), true),
        new Field("typed_value", new ListType(Int32Type.Default), true),
        new Field("typed_value", new StructType([new Field("a", Int32Type.Default, true)]), true),
        new Field("typed_value", new StructType([new Field("a", new StructType([new Field("b", Int32Type.Default, true)]), false)]), true),
        new Field("value", StringType.Default, true),
        new Field("other", BinaryType.Default, true),
    };

    [Theory]
    [MemberData(nameof(NoVariants))]
    public void Of_GroupThatNoVariantIsStoredIn_ThrowsCorruptTable(Field field)
    {
        StructType group = new([new Field("metadata", BinaryType.Default, false), field]);

        Assert.Equal("file.variant_broken", Assert.Throws<CorruptTableException>(() => VariantShape.Of(group, group, new ShapeContext("f", "c"))).Code);
    }

    [Fact]
    public void Of_GroupWithoutMetadata_ThrowsCorruptTable() =>
        Assert.Throws<CorruptTableException>(() => VariantShape.Of(new StructType([Encoded]), new StructType([Encoded]), new ShapeContext("f", "c")));

    [Fact]
    public void Apply_FieldsInAnotherOrder_AreFoundByName()
    {
        StructType group = new([new Field("typed_value", Int64Type.Default, true), Encoded, new Field("metadata", BinaryType.Default, false)]);

        Assert.Equal(["5", "1"], Read(group, [5L, null, Empty], [null, Int8(1), Empty]));
    }

    [Fact]
    public void Apply_DecimalInAByteArray_IsReadFromItsBigEndianBytes()
    {
        StructType stored = Group(Encoded, new Field("typed_value", BinaryType.Default, true));
        StructType from = Group(Encoded, new Field("typed_value", new Decimal128Type(38, 2), true));

        Assert.Equal(["-0.01", "2.56", "0.00"], ReadStored(stored, from,
            [Empty, null, new byte[] { 0xFF }], [Empty, null, new byte[] { 1, 0 }], [Empty, null, System.Array.Empty<byte>()]));
    }

    [Theory]
    [InlineData(8, -128, true)]
    [InlineData(8, 128, false)]
    [InlineData(16, 32_767, true)]
    [InlineData(16, -32_769, false)]
    public void Apply_SmallIntegersAreStoredIn32Bits_WhatIsLargerIsBroken(int bits, long value, bool fits)
    {
        StructType stored = Group(Encoded, new Field("typed_value", Int32Type.Default, true));
        StructType from = Group(Encoded, new Field("typed_value", bits == 8 ? Int8Type.Default : Int16Type.Default, true));

        if (fits)
            Assert.Equal([$"{value}"], ReadStored(stored, from, [Empty, null, value]));
        else
            Assert.Throws<CorruptTableException>(() => ReadStored(stored, from, [Empty, null, value]));
    }

    [Fact]
    public void Apply_UnknownPrimitiveType_IsRefusedWithColumnAndFile()
    {
        UnsupportedFeatureException error = Assert.Throws<UnsupportedFeatureException>(() => Read(Group(Encoded), [Empty, Primitive(30)]));

        Assert.Equal("file.variant_unsupported", error.Code);
        Assert.Contains("'c' of 'file'", error.Message, StringComparison.Ordinal);
        Assert.Contains("primitive type 30", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_MetadataIsNull_ThrowsCorruptTable() => AssertBroken(Group(Encoded), [null, Int8(1)]);

    [Fact]
    public void Apply_ManyRows_AllocatesNothingForEach()
    {
        StructType group = Group(Encoded, new Field("typed_value", new StructType(
            [new Field("a", new StructType([Encoded, new Field("typed_value", Int64Type.Default, true)]), false)]), true));
        byte[] metadata = Metadata("a", "b");
        object?[] row = [metadata, Small.Object((1, Small.Array(Int8(1), String("text"), Primitive(7, new byte[8])))), new object?[] { new object?[] { null, 1L } }];
        ArrayData few = NestedRows.Build(new CountingAllocator(), group, [.. Enumerable.Repeat(row, 10)]);
        ArrayData many = NestedRows.Build(new CountingAllocator(), group, [.. Enumerable.Repeat(row, 1_000)]);
        VariantShape shape = VariantShape.Of(group, group, new ShapeContext("file", "c"));
        AllocatedBy(few);

        // The memory that grows with the text is pooled.
        Assert.InRange(AllocatedBy(many) - AllocatedBy(few), -1_000, 1_000);

        long AllocatedBy(ArrayData rows)
        {
            var buffers = new TakenBuffers(new CountingAllocator());
            long before = GC.GetAllocatedBytesForCurrentThread();
            shape.Apply(rows, buffers);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            buffers.Release();
            return allocated;
        }
    }

    private static StructType Group(params Field[] fields) => new([new Field("metadata", BinaryType.Default, false), .. fields]);

    private static Field ListOf(params Field[] element) =>
        new("typed_value", new ListType(new Field("element", new StructType(element), false)), true);

    private static object?[] Event(byte[]? value, object?[] type, object?[] time) => [EventNames, value, new object?[] { type, time }];

    private static string?[] Read(StructType group, params object?[]?[] rows) => ReadStored(group, group, rows);

    /// <summary>Read twice: whole, and as a slice that begins behind its first row.</summary>
    private static string?[] ReadStored(StructType stored, StructType from, params object?[]?[] rows)
    {
        var allocator = new CountingAllocator();
        string?[] texts;
        using (ArrayData whole = NestedRows.Build(allocator, stored, rows))
        {
            VariantShape shape = VariantShape.Of(stored, from, new ShapeContext("file", "c"));
            texts = Texts(shape, whole, allocator);
            using ArrayData slice = whole.Slice(1, whole.Length - 1);
            Assert.Equal(texts[1..], Texts(shape, slice, allocator));
        }

        Assert.Equal((0, 0), (allocator.LiveBytes, allocator.BuffersFreedTwice));
        return texts;
    }

    private static string?[] Texts(VariantShape shape, ArrayData source, CountingAllocator allocator)
    {
        var buffers = new TakenBuffers(allocator);
        try
        {
            using var texts = new StringArray(shape.Apply(source, buffers));
            return [.. Enumerable.Range(0, texts.Length).Select(row => texts.GetString(row))];
        }
        catch
        {
            buffers.Release();
            throw;
        }
    }

    private static void AssertBroken(StructType group, params object?[] row) =>
        Assert.Equal("file.variant_broken", Assert.Throws<CorruptTableException>(() => Read(group, row)).Code);
}
