using System.Globalization;
using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.Databases.Tests.Native;

/// <summary>A column of a random nested type with random values, and the JSON that a server which has it all right prints.</summary>
internal sealed class RandomColumn
{
    private static readonly string[] Words = ["", "a", "naïve", "😀", "0123456789abc", new('w', 130)];

    private readonly Random random;

    public RandomColumn(int seed)
    {
        random = new Random(seed);
        IArrowType type = Type(depth: 3);
        Field = new Field("v", type, nullable: HoldsNulls(type) && Chance(2));
        Values = [.. Enumerable.Range(0, random.Next(40)).Select(_ => Value(Field))];
    }

    public Field Field { get; }

    public object?[] Values { get; }

    /// <summary>One JSON value a row, without spaces.</summary>
    public IEnumerable<string> Json => Values.Select(value => JsonOf(Field.DataType, value));

    public override string ToString() => string.Join('\n', Json);

    private bool Chance(int of) => random.Next(of) == 0;

    private static bool HoldsNulls(IArrowType type) => type is not (ListType or LargeListType or FixedSizeListType or MapType);

    private IArrowType Type(int depth) => random.Next(depth > 0 ? 18 : 12) switch
    {
        0 => BooleanType.Default,
        1 => Int8Type.Default,
        2 => Int32Type.Default,
        3 => Int64Type.Default,
        4 => DoubleType.Default,
        5 => new Decimal128Type(15, 2),
        6 => new Decimal256Type(30, 3),
        7 => Date32Type.Default,
        8 => new TimestampType(TimeUnit.Second, "UTC"),
        9 => StringType.Default,
        10 => new DictionaryType(Int16Type.Default, StringType.Default, false),
        11 => new DictionaryType(Int8Type.Default, Int32Type.Default, false),
        12 => new ListType(Item(depth)),
        13 => new LargeListType(Item(depth)),
        14 => new FixedSizeListType(Item(depth), random.Next(1, 4)),
        15 => new MapType(new Field("key", StringType.Default, false), Item(depth)),
        _ => new StructType([.. Enumerable.Range(0, random.Next(1, 4)).Select(i => Named($"f{i}", depth))]),
    };

    private Field Item(int depth) => Named("item", depth);

    private Field Named(string name, int depth)
    {
        IArrowType type = Type(depth - 1);
        return new Field(name, type, HoldsNulls(type) && Chance(2));
    }

    private object? Value(Field field)
    {
        if (field.IsNullable && Chance(3))
            return null;
        return field.DataType switch
        {
            BooleanType => Chance(2),
            Int8Type => (long)random.Next(-128, 128),
            Int32Type => (long)random.Next(int.MinValue, int.MaxValue),
            Int64Type => random.NextInt64(long.MinValue, long.MaxValue),
            DoubleType => random.Next(-1000, 1000) / 4.0,
            Decimal128Type => (BigInteger)random.NextInt64(-999_999_999_999_999, 1_000_000_000_000_000),
            Decimal256Type => BigInteger.Pow(random.NextInt64(-9_999_999_999, 10_000_000_000), 3),
            Date32Type => (long)random.Next(-25_567, 120_530),
            TimestampType => random.NextInt64(-2_208_988_800, 10_413_792_000),
            DictionaryType { ValueType: Int32Type } => (long)random.Next(5),
            ListType list => Items(list.ValueField, random.Next(4)),
            LargeListType list => Items(list.ValueField, random.Next(4)),
            FixedSizeListType list => Items(list.ValueField, list.ListSize),
            MapType map => Enumerable.Range(0, random.Next(3)).Select(i => (object?)new[] { $"k{i}", Value(map.ValueField) }).ToArray(),
            StructType structure => structure.Fields.Select(Value).ToArray(),
            _ => Words[random.Next(Words.Length)],
        };
    }

    private object?[] Items(Field item, int count) => [.. Enumerable.Range(0, count).Select(_ => Value(item))];

    private static string JsonOf(IArrowType type, object? value) => (type, value) switch
    {
        (_, null) => "null",
        (_, bool truth) => truth ? "true" : "false",
        (Int64Type, _) => $"\"{value}\"",
        (Date32Type, long days) => $"\"{new DateTime(1970, 1, 1).AddDays(days):yyyy-MM-dd}\"",
        (TimestampType, long seconds) => $"\"{new DateTime(1970, 1, 1).AddSeconds(seconds):yyyy-MM-dd HH:mm:ss}\"",
        (Decimal128Type, BigInteger unscaled) => Decimal(unscaled, 2),
        (Decimal256Type, BigInteger unscaled) => Decimal(unscaled, 3),
        (ListType list, object?[] items) => List(list.ValueDataType, items),
        (LargeListType list, object?[] items) => List(list.ValueDataType, items),
        (FixedSizeListType list, object?[] items) => List(list.ValueDataType, items),
        (MapType map, object?[] entries) => Object(entries.Cast<object?[]>().Select(entry => ((string)entry[0]!, JsonOf(map.ValueField.DataType, entry[1])))),
        (StructType structure, object?[] values) => Object(structure.Fields.Zip(values, (field, item) => (field.Name, JsonOf(field.DataType, item)))),
        (_, string text) => $"\"{text}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Decimal(BigInteger unscaled, int scale)
    {
        string digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return $"\"{(unscaled.Sign < 0 ? "-" : "")}{digits[..^scale]}.{digits[^scale..]}\"";
    }

    private static string List(IArrowType item, object?[] items) => $"[{string.Join(',', items.Select(value => JsonOf(item, value)))}]";

    private static string Object(IEnumerable<(string Name, string Json)> fields) => $"{{{string.Join(',', fields.Select(field => $"\"{field.Name}\":{field.Json}"))}}}";
}
