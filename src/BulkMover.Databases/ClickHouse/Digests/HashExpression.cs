using System.Globalization;
using BulkMover.Databases.ClickHouse.Native.Columns;
using BulkMover.Databases.ClickHouse.Native.Types;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>
/// The hashes of decisions/0008 as expressions for the server, which has XXH64 as <c>xxHash64</c>: of a column's values as its type keeps them in
/// memory, which is how Native blocks have them.
/// </summary>
internal static class HashExpression
{
    /// <summary>Of a column.</summary>
    /// <param name="column">Its name as an expression.</param>
    /// <param name="type">Its type in the target.</param>
    /// <param name="sent">
    /// The type that its values were sent as. Where its values are kept in another way they are turned back; one that has no way back was not
    /// sent, and gets a hash that no sent value has.
    /// </param>
    public static string Of(string column, string type, string sent)
    {
        (ClickHouseType kept, ClickHouseType came) = (ClickHouseTypeParser.Parse(type), ClickHouseTypeParser.Parse(sent));
        if (KeepsSame(kept, came))
            return Of(column, kept, 0);
        // A null that somebody has put there has to find its place, to be told from what was sent.
        string there = kept.IsNullable && !came.IsNullable ? $"Nullable({sent})" : sent;
        string turnedBack = $"CAST({column}, {SqlText.Quote(there)})";
        string andAgain = $"CAST({turnedBack}, {SqlText.Quote(type)})";
        return $"if({Of(andAgain, kept, 0)} = {Of(column, kept, 0)}, {Of(turnedBack, ClickHouseTypeParser.Parse(there), 0)}, {Number(~ValueHash.Null)})";
    }

    /// <summary>Of a whole row.</summary>
    /// <param name="columns">Expressions of the columns' hashes, in their order.</param>
    public static string OfRow(IReadOnlyList<string> columns) => $"xxHash64({Sum([.. columns.Select((hash, place) => $"{hash} * {Number(ValueHash.FactorAt(place))}")])})";

    private static string Of(string value, ClickHouseType type, int depth)
    {
        string factor = Number(ValueHash.Factor);
        return type.Name switch
        {
            "LowCardinality" => Of(value, Inner(type, 0), depth),
            "Nullable" => $"if(isNull({value}), {Number(ValueHash.Null)}, {Of($"assumeNotNull({value})", Inner(type, 0), depth)})",
            "Array" => $"xxHash64(arraySum((v{depth}, i{depth}) -> xxHash64(bitXor({Of($"v{depth}", Inner(type, 0), depth + 1)}, i{depth} * {factor})), "
                + $"{value}, arrayEnumerate({value})) + length({value}) * {factor})",
            "Map" => $"xxHash64(arraySum((k{depth}, v{depth}) -> {OfRow([Of($"k{depth}", Inner(type, 0), depth + 1), Of($"v{depth}", Inner(type, 1), depth + 1)])}, "
                + $"mapKeys({value}), mapValues({value})) + length({value}) * {factor})",
            "Tuple" => OfRow([.. type.Arguments.Select((_, i) => Of($"tupleElement({value}, {i + 1})", Inner(type, i), depth))]),
            _ => $"xxHash64({value})",
        };
    }

    /// <summary>As a tree that is flat: a server takes no deep ones.</summary>
    private static string Sum(ReadOnlySpan<string> terms) => terms.Length == 1 ? terms[0] : $"({Sum(terms[..(terms.Length / 2)])} + {Sum(terms[(terms.Length / 2)..])})";

    /// <summary>Whether values of both types have the same bytes: nulls, dictionaries, names of fields and time zones change nothing.</summary>
    private static bool KeepsSame(ClickHouseType type, ClickHouseType sent)
    {
        (type, sent) = (type.Unwrapped, sent.Unwrapped);
        if (type.Name != sent.Name)
            return false;
        int compared = type.Name is "DateTime64" or "DateTime" ? Math.Min(type.Arguments.Count, type.Name == "DateTime" ? 0 : 1) : Math.Max(type.Arguments.Count, sent.Arguments.Count);
        return Enumerable.Range(0, compared).All(i =>
            i < type.Arguments.Count && i < sent.Arguments.Count && type.Arguments[i].Literal == sent.Arguments[i].Literal
            && (type.Arguments[i].Type is not { } inner || (sent.Arguments[i].Type is { } other && KeepsSame(inner, other))));
    }

    private static ClickHouseType Inner(ClickHouseType type, int i) => type.Arguments[i].Type!;

    private static string Number(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
