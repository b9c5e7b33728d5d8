using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.Core.Types;
using BulkMover.Testing.Batches;

namespace BulkMover.Core.Tests.Filters;

/// <summary>A few rows of every type that filters know, from few values so that comparisons often hold, and random filters on them.</summary>
internal sealed class RandomTable
{
    private static readonly IArrowType[] Types =
    [
        BooleanType.Default, Int8Type.Default, Int16Type.Default, Int32Type.Default, Int64Type.Default,
        UInt8Type.Default, UInt16Type.Default, UInt32Type.Default, UInt64Type.Default,
        HalfFloatType.Default, FloatType.Default, DoubleType.Default,
        new Decimal32Type(9, 2), new Decimal64Type(18, 0), new Decimal128Type(38, 6), new Decimal256Type(76, 10),
        Date32Type.Default, Date64Type.Default, new Time32Type(TimeUnit.Millisecond), new Time64Type(TimeUnit.Nanosecond),
        new TimestampType(TimeUnit.Microsecond, "UTC"), StringType.Default, LargeStringType.Default, StringViewType.Default,
        BinaryType.Default, LargeBinaryType.Default, BinaryViewType.Default, new FixedSizeBinaryType(3),
        new DictionaryType(Int8Type.Default, StringType.Default, false), new DictionaryType(UInt16Type.Default, Int64Type.Default, false),
        new DictionaryType(Int64Type.Default, DoubleType.Default, false), NullType.Default,
    ];

    private readonly Random random;

    public RandomTable(int seed)
    {
        random = new Random(seed);
        Rows = random.Next(0, 140);
        Schema = new Schema([.. Types.Select((type, i) => new Field($"c{i}", type, nullable: true))], null);
        foreach (Field field in Schema.FieldsList)
        {
            int nullsOfTen = random.Next(3) switch { 0 => 0, 1 => 3, _ => random.Next(11) };
            Values[field.Name] = [.. Enumerable.Range(0, Rows).Select(_ => field.DataType is NullType || random.Next(10) < nullsOfTen ? null : Value(field.DataType))];
        }
    }

    public int Rows { get; }

    public Schema Schema { get; }

    public Dictionary<string, object?[]> Values { get; } = new(StringComparer.Ordinal);

    public RecordBatch Batch(MemoryAllocator allocator)
    {
        var arrays = new TestArrays(allocator, random);
        return new RecordBatch(Schema, Schema.FieldsList.Select(field => arrays.Build(field.DataType, Values[field.Name], random.Next(70))), Rows);
    }

    public Filter Filter(int depth)
    {
        if (depth > 0)
        {
            switch (random.Next(4))
            {
                case 0: return new Filter.And(Filter(depth - 1), Filter(depth - 1));
                case 1: return new Filter.Or(Filter(depth - 1), Filter(depth - 1));
                case 2: return new Filter.Not(Filter(depth - 1));
            }
        }

        Field field = Schema.FieldsList[random.Next(Schema.FieldsList.Count)];
        IArrowType type = field.DataType is DictionaryType dictionary ? dictionary.ValueType : field.DataType;
        if (type is NullType || random.Next(8) == 0)
            return new Filter.IsNull(field.Name);
        object value = Value(type);
        if (type is not FixedSizeBinaryType && value is byte[] bytes && random.Next(3) == 0)
            return new Filter.StartsWith(field.Name, bytes[..Math.Min(bytes.Length, random.Next(3))]);
        return random.Next(4) == 0
            ? new Filter.In(field.Name, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => new Scalar(type, Value(type)))])
            : new Filter.Comparison(field.Name, (ComparisonOperator)random.Next(6), new Scalar(type, value));
    }

    /// <summary>What honest metadata may say of a column: true bounds, looser ones, truncated ones, or nothing.</summary>
    public ColumnStatistics? Statistics(string column)
    {
        if (random.Next(5) == 0)
            return null;
        object?[] values = Values[column];
        IArrowType type = Schema.GetFieldByName(column).DataType is DictionaryType dictionary ? dictionary.ValueType : Schema.GetFieldByName(column).DataType;
        // Formats leave NaN out of the bounds.
        List<Scalar> known = [.. values.Where(value => value is not null and not double.NaN).Select(value => new Scalar(type, value))];
        known.Sort((left, right) => ScalarComparer.Compare(left, right)!.Value);
        Scalar? min = known.Count == 0 || random.Next(6) == 0 ? null : Loosen(known[0], -1);
        Scalar? max = known.Count == 0 || random.Next(6) == 0 ? null : Loosen(known[^1], +1);
        return new ColumnStatistics(min, max,
            random.Next(4) == 0 ? null : values.Count(value => value is null), random.Next(4) == 0 ? null : values.Length);
    }

    private Scalar Loosen(Scalar bound, int direction) => (bound.Type, bound.Value) switch
    {
        // The same bound in a finer unit, and another scale.
        (TimestampType, long time) when random.Next(2) == 0 => new Scalar(new TimestampType(TimeUnit.Nanosecond, "UTC"), time * 1000 + direction),
        (Decimal128Type, BigInteger number) when random.Next(2) == 0 => new Scalar(new Decimal256Type(60, 8), number * 100 + direction),
        (_, byte[] bytes) when direction < 0 && random.Next(2) == 0 => new Scalar(bound.Type, bytes[..(bytes.Length / 2)]),
        (_, byte[] bytes) when direction > 0 && random.Next(2) == 0 => new Scalar(bound.Type, new byte[] { 0xff }),
        (Int64Type, long number) when number is not long.MinValue and not long.MaxValue && random.Next(2) == 0 => new Scalar(bound.Type, number + direction),
        _ => bound,
    };

    private object Value(IArrowType type)
    {
        switch (type)
        {
            case DictionaryType dictionary:
                return Value(dictionary.ValueType);
            case BooleanType:
                return random.Next(2) == 0;
            case UInt64Type:
                return random.Next(5) == 0 ? ulong.MaxValue : (ulong)random.Next(4);
            case UInt8Type or UInt16Type or UInt32Type:
                return (long)random.Next(4);
            case FloatingPointType:
                return random.Next(7) switch { 0 => double.NaN, 1 => double.NegativeInfinity, 2 => -0.0, 3 => 0.0, var n => n - 4.5 };
            case Decimal256Type:
                return BigInteger.Pow(-10, random.Next(72, 76)) + random.Next(2);
            case Decimal32Type or Decimal64Type or Decimal128Type:
                return new BigInteger(random.Next(-2, 3));
            case Int64Type:
                return random.Next(8) switch { 0 => long.MinValue, 1 => long.MaxValue, var n => n - 5L };
            case FixedSizeBinaryType:
                return new byte[] { (byte)random.Next(2), 0x80, (byte)(random.Next(2) * 255) };
            case StringType or LargeStringType or StringViewType or BinaryType or LargeBinaryType or BinaryViewType:
                return Texts[random.Next(Texts.Length)];
            default:
                return (long)random.Next(-3, 4);
        }
    }

    /// <summary>Shared instances, as a dictionary tells values apart by identity. Two pass the 12 bytes that a view holds itself.</summary>
    private static readonly byte[][] Texts =
        [[], "a"u8.ToArray(), "ab"u8.ToArray(), "abc"u8.ToArray(), "é"u8.ToArray(), [0xff], "a longer text"u8.ToArray(), "a longer text still"u8.ToArray()];
}
