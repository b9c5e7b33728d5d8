using System.Globalization;
using BulkMover.Datasets.Lineitem;

namespace BulkMover.Datasets.Shapes;

/// <summary>The columns of a shape. A value is a function of its column and row alone.</summary>
internal static class ShapeColumns
{
    /// <summary>Each shape is one kind of data that decoders find easy or hard; <c>wide</c> is of many columns, which cost by themselves.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<IShapeColumn>> All { get; } = new Dictionary<string, IReadOnlyList<IShapeColumn>>(StringComparer.Ordinal)
    {
        ["narrow-integers"] =
        [
            .. Many(3, i => new ShapeColumn<sbyte>($"i8_{i}", random => (sbyte)random.Between(-100, 100))),
            .. Many(3, i => new ShapeColumn<short>($"i16_{i}", random => (short)random.Between(0, 30_000))),
            .. Many(3, i => new ShapeColumn<int>($"i32_{i}", random => random.Between(0, 1 << (4 + (6 * i))))),
        ],
        ["wide-floats"] = [.. Many(16, i => new ShapeColumn<double?>($"f{i:D2}", random => random.Between(1, 100) <= 2 * i ? null : random.Next() / 1e9))],
        ["few-texts"] =
        [
            .. Many(3, i => new ShapeColumn<string>($"t{i}", random => Category(random.Between(1, 5 << (4 * i))))),
            .. Many(2, i => new ShapeColumn<string?>($"n{i}", random => random.Between(1, 10) == 1 ? null : Category(random.Between(1, 200)))),
        ],
        ["long-texts"] = [.. Many(2, i => new ShapeColumn<string>($"l{i}", random => LongText(ref random)))],
        ["lists"] =
        [
            new ShapeColumn<long?[]>("longs", random => Items(ref random, 0, 8, Number)),
            new ShapeColumn<double[]?>("doubles", random => random.Between(1, 20) == 1 ? null : Items(ref random, 1, 5, (ref SplitMix64 one) => one.Next() / 1e9)),
            new ShapeColumn<string[]>("tags", random => Items(ref random, 0, 4, (ref SplitMix64 one) => Category(one.Between(1, 100)))),
            new ShapeColumn<int[][]>("lists", random => Items(ref random, 0, 3, (ref SplitMix64 one) => Items(ref one, 0, 4, (ref SplitMix64 item) => item.Between(0, 1_000_000)))),
        ],
        ["wide"] =
        [
            .. Many(500, i => new ShapeColumn<long>($"i{i:D3}", random => random.Between(0, 1 << (4 + (i % 20))))),
            .. Many(300, i => new ShapeColumn<double?>($"f{i:D3}", random => random.Between(1, 100) <= i % 20 ? null : random.Next() / 1e9)),
            .. Many(200, i => new ShapeColumn<string>($"t{i:D3}", random => Category(random.Between(1, 5 << (i % 8))))),
        ],
    };

    private delegate T Draw<T>(ref SplitMix64 random);

    private static IEnumerable<IShapeColumn> Many(int count, Func<int, IShapeColumn> column) => Enumerable.Range(0, count).Select(column);

    private static long? Number(ref SplitMix64 random) => random.Between(1, 10) == 1 ? null : random.Between(0, 1_000_000_000);

    private static string Category(int number) => string.Create(CultureInfo.InvariantCulture, $"category {number}");

    private static T[] Items<T>(ref SplitMix64 random, int min, int max, Draw<T> draw)
    {
        var items = new T[random.Between(min, max)];
        for (int i = 0; i < items.Length; i++) items[i] = draw(ref random);
        return items;
    }

    private static string LongText(ref SplitMix64 random)
    {
        char[] text = new char[random.Between(100, 300)];
        ulong bits = 0;
        for (int i = 0; i < text.Length; i++, bits >>= 5)
        {
            if (i % 12 == 0) bits = random.Next();
            text[i] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[(int)(bits & 31)];
        }

        return new string(text);
    }
}
