using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using Xunit;

namespace BulkMover.Core.Tests.Types;

public sealed class TypeMappingTests
{
    public static TheoryData<IArrowType, string> Mapped => new()
    {
        { NullType.Default, "Nullable(String)" },
        { BooleanType.Default, "Bool" },
        { UInt64Type.Default, "UInt64" },
        { HalfFloatType.Default, "Float32" },
        { new Decimal128Type(15, 2), "Decimal(15, 2)" },
        { new Decimal32Type(5, 12), "Decimal(12, 12)" },
        { new Decimal256Type(76, 76), "Decimal(76, 76)" },
        { Date64Type.Default, "Date32" },
        { new TimestampType(TimeUnit.Microsecond, (string?)null), "DateTime64(6, 'UTC')" },
        { new TimestampType(TimeUnit.Nanosecond, "America/New_York"), "DateTime64(9, 'UTC')" },
        { new Time32Type(TimeUnit.Second), "Time" },
        { new Time64Type(TimeUnit.Nanosecond), "Time64(9)" },
        { new FixedSizeBinaryType(7), "FixedString(7)" },
        { LargeStringType.Default, "String" },
        { new DictionaryType(Int32Type.Default, StringType.Default, false), "LowCardinality(String)" },
        { new DictionaryType(Int32Type.Default, new FixedSizeBinaryType(2), false), "LowCardinality(FixedString(2))" },
        { new DictionaryType(Int32Type.Default, Date32Type.Default, false), "Date32" },
        { new ListType(new Field("x", Int8Type.Default, true)), "Array(Nullable(Int8))" },
        { new MapType(new Field("k", StringType.Default, true), new Field("v", new ListType(Int8Type.Default), true)), "Map(String, Array(Nullable(Int8)))" },
        { new StructType([new Field("a`b", Int8Type.Default, true), new Field("{N}", new FixedSizeBinaryType(3), false)]),
            @"Tuple(`a\`b` Nullable(Int8), `{N}` FixedString(3))" },
    };

    [Theory]
    [MemberData(nameof(Mapped))]
    public void Find_RequiredField_GivesTheConcreteType(IArrowType type, string expected) =>
        Assert.Equal(expected, TypeMapping.Find(new Field("c", type, false), default).TargetType);

    [Theory]
    [InlineData("string", "Nullable(String)")]
    [InlineData("dictionary", "LowCardinality(Nullable(String))")]
    [InlineData("struct", "Nullable(Tuple(`a` Int8))")]
    [InlineData("list", "Array(Int8)")]
    public void Find_NullableField_SaysHowANullIsHeld(string kind, string expected)
    {
        IArrowType type = kind switch
        {
            "string" => StringType.Default,
            "dictionary" => new DictionaryType(Int8Type.Default, StringType.Default, false),
            "struct" => new StructType([new Field("a", Int8Type.Default, false)]),
            _ => new ListType(new Field("a", Int8Type.Default, false)),
        };
        MappedType mapped = TypeMapping.Find(new Field("c", type, true), default);
        Assert.Equal(expected, mapped.TargetType);
        Assert.Equal(kind != "list", mapped.HoldsNulls);
    }

    public static TheoryData<IArrowType, string> Refused => new()
    {
        { DurationType.Second, "duration(s)" },
        { IntervalType.MonthDayNanosecond, "interval" },
        { new ListViewType(Int8Type.Default), "list_view" },
        { new RunEndEncodedType(Int32Type.Default, StringType.Default), "run_end_encoded" },
        { new UnionType([new Field("a", Int8Type.Default, true)], [0], UnionMode.Sparse), "union" },
        { new Decimal128Type(5, -2), "decimal128(5, -2)" },
        { new Decimal256Type(76, 77), "decimal256(76, 77)" },
        { new FixedSizeBinaryType(16_777_216), "fixed_size_binary(16777216)" },
        { new StructType([new Field("a", Int8Type.Default, true), new Field("a", Int8Type.Default, true)]), "'a' more than once" },
        { new StructType([new Field("", Int8Type.Default, true)]), "needs a name" },
        { new DictionaryType(Int8Type.Default, new ListType(Int8Type.Default), false), "dictionary<int8, list<int8>>" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Find_TypeWithoutEqual_IsRefusedByName(IArrowType type, string named)
    {
        var inner = new Field("c", new ListType(new Field("element", type, true)), true);
        var error = Assert.Throws<UnsupportedFeatureException>(() => TypeMapping.Find(inner, default));
        Assert.Equal("types.unsupported", error.Code);
        Assert.Contains("'c.element'", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("arrow.uuid", 16, "UUID")]
    [InlineData("arrow.uuid", 8, null)]
    [InlineData("geoarrow.wkb", 16, null)]
    public void Find_ExtensionOfFixedBinary_IsMappedWhereKnown(string extension, int bytes, string? expected)
    {
        var metadata = new Dictionary<string, string> { [SourceType.ExtensionNameKey] = extension };
        var field = new Field("c", new FixedSizeBinaryType(bytes), false, metadata);
        if (expected is null)
            Assert.Contains(extension, Assert.Throws<UnsupportedFeatureException>(() => TypeMapping.Find(field, default)).Message, StringComparison.Ordinal);
        else
            Assert.Equal(expected, TypeMapping.Find(field, default).TargetType);
    }

    [Fact]
    public void ToColumnPlan_VariantsAndGeometries_SayAsWhatTheyArrive()
    {
        ColumnPlan variant = Plan(new Field("v", StringType.Default, true).AsVariant());
        Assert.Equal(("variant", "Nullable(String)"), (variant.SourceType, variant.TargetType));
        Assert.Contains("JSON text", variant.Difference, StringComparison.Ordinal);

        ColumnPlan geography = Plan(new Field("g", BinaryType.Default, false).AsGeography("srid:4269", null));
        Assert.Equal(("geography(srid:4269, spherical)", "String"), (geography.SourceType, geography.TargetType));
        Assert.Contains("WKB", geography.Difference, StringComparison.Ordinal);

        ColumnPlan list = Plan(new Field("l", new ListType(new Field("element", BinaryType.Default, true).AsGeometry(new string('{', 65))), false));
        Assert.Equal(("list<geometry(a reference system of its own)>", "Array(Nullable(String))"), (list.SourceType, list.TargetType));
        Assert.Contains("l.element: ", list.Difference, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_ArrowsOwnGuidType_IsUuid() =>
        Assert.Equal("UUID", TypeMapping.Find(new Field("c", GuidType.Default, false), default).TargetType);

    [Fact]
    public void Find_SeveralRefusedColumns_NamesAllOfThem()
    {
        var schema = new Schema([new Field("a", DurationType.Second, true), new Field("b", Int8Type.Default, true), new Field("c", DurationType.Second, true)], null);
        var error = Assert.Throws<UnsupportedFeatureException>(() => TypeMapping.Find(schema, default));
        Assert.Contains("'a'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'c'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_TypeNestedTooDeep_IsRefused()
    {
        IArrowType type = Int8Type.Default;
        for (int depth = 0; depth < 5_000; depth++)
            type = new ListType(new Field("e", type, false));
        Assert.Throws<UnsupportedFeatureException>(() => TypeMapping.Find(new Field("c", type, false), default));
    }

    [Fact]
    public void Rows_EveryArrowType_HasExactlyOne()
    {
        ArrowTypeId[] notOfColumns = [ArrowTypeId.RecordBatch];
        string[] sources = [.. TypeRows.All.Select(row => row.Source)];
        Assert.Equal(sources.Length, sources.Distinct(StringComparer.Ordinal).Count());
        foreach (ArrowTypeId id in Enum.GetValues<ArrowTypeId>().Except(notOfColumns))
            Assert.Contains(sources, source => source.Split('(')[0].Replace("_", "", StringComparison.Ordinal) == Name(id));
        Assert.All(TypeRows.All, row => Assert.Equal(row.Target.Length == 0, row.Refusal is not null));
    }

    [Theory]
    // Days and seconds from `date -u -d DATE +%s`.
    [InlineData("date32", false, -25_567, 120_529)]
    [InlineData("date32", true, -719_528, 2_932_896)]
    [InlineData("timestamp(s)", false, -2_208_988_800, 10_413_791_999)]
    [InlineData("timestamp(s)", true, -62_167_219_200, 253_402_300_799)]
    [InlineData("timestamp(us, UTC)", false, -2_208_988_800_000_000, 10_413_791_999_999_999)]
    [InlineData("timestamp(ns)", false, -2_208_988_800_000_000_000, long.MaxValue)]
    public void Range_OfCalendarTypes_IsTheDocumentedOne(string source, bool wide, long min, long max)
    {
        ValueRange range = TypeRows.All.Single(row => row.Source == source).RangeOn(new CalendarSupport(wide, wide))!;
        Assert.Equal((min, max), (range.Min, range.Max));
    }

    [Fact]
    public void ToColumnPlan_ExactType_HasNoDifference() =>
        Assert.Equal(new ColumnPlan("c", "int64", "Int64", null), Plan(new Field("c", Int64Type.Default, false)));

    [Fact]
    public void ToColumnPlan_TimestampWithoutZone_SaysThatItIsKeptAsUtc()
    {
        ColumnPlan plan = Plan(new Field("c", new TimestampType(TimeUnit.Microsecond, (string?)null), false));
        Assert.Equal(("timestamp(us)", "DateTime64(6, 'UTC')"), (plan.SourceType, plan.TargetType));
        Assert.Contains("kept as UTC", plan.Difference, StringComparison.Ordinal);
        Assert.Contains("1900-01-01 to 2299-12-31", plan.Difference, StringComparison.Ordinal);
    }

    [Fact]
    public void ToColumnPlan_NullableListInStruct_NamesTheFieldThatRefusesNulls()
    {
        var list = new Field("tags", new ListType(new Field("element", StringType.Default, false)), true);
        ColumnPlan plan = Plan(new Field("c", new StructType([list]), false));
        Assert.Equal("struct<tags: list<string>>", plan.SourceType);
        Assert.Contains("c.tags: A null is refused", plan.Difference, StringComparison.Ordinal);
    }

    private static ColumnPlan Plan(Field field)
    {
        MappedType mapped = TypeMapping.Find(field, default);
        return mapped.ToColumnPlan(mapped.TargetType);
    }

    private static string Name(ArrowTypeId id) => id switch
    {
        ArrowTypeId.Boolean => "bool",
        ArrowTypeId.FixedSizedBinary => "fixedsizebinary",
        _ => id.ToString().ToLowerInvariant(),
    };
}
