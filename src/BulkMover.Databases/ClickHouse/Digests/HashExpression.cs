using System.Globalization;
using BulkMover.Core.Digests;
using BulkMover.Databases.ClickHouse.Native.Types;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>
/// The hashes of decisions/0008 as expressions for the server, which has XXH64 as <c>xxHash64</c>: of a column's values as its type keeps them in
/// memory, which is how Native blocks have them.
/// </summary>
internal static class HashExpression
{
    private const ulong NeverSent = ~ValueHash.Null;

    /// <summary>Of a column.</summary>
    /// <param name="column">Its name as an expression.</param>
    /// <param name="type">Its type in the target.</param>
    /// <param name="sent">
    /// The type that its values were sent as. Where one is kept in another way, it is turned back, be it within lists or tuples; one that has no
    /// way back was not sent, and gets a hash that no sent value has. No value makes the server fail.
    /// </param>
    public static string Of(string column, string type, string sent) => Of(column, ClickHouseTypeParser.Parse(type), ClickHouseTypeParser.Parse(sent), 0);

    /// <summary>Of a whole row.</summary>
    /// <param name="columns">Expressions of the columns' hashes, in their order.</param>
    public static string OfRow(IReadOnlyList<string> columns) => $"xxHash64({Sum([.. columns.Select((hash, place) => $"{hash} * {Number(ValueHash.FactorAt(place))}")])})";

    private static string Of(string value, ClickHouseType kept, ClickHouseType sent, int depth)
    {
        if (kept.Name == "LowCardinality")
            return Of(value, Inner(kept, 0), sent, depth);
        // A null that somebody has put there has to find its place, to be told from what was sent.
        if (kept.Name == "Nullable")
            return $"if(isNull({value}), {Number(ValueHash.Null)}, {Of($"assumeNotNull({value})", Inner(kept, 0), sent, depth)})";
        sent = sent.Unwrapped;
        if (!HasParts(kept) && !HasParts(sent))
            return KeepsSame(kept, sent) ? $"xxHash64({value})" : OfTurnedBack(value, Text(kept), Text(sent));
        return kept.Name == sent.Name && kept.Arguments.Count == sent.Arguments.Count ? OfParts(value, kept, sent, depth) : Number(NeverSent);
    }

    private static string OfParts(string value, ClickHouseType kept, ClickHouseType sent, int depth)
    {
        string factor = Number(ValueHash.Factor);
        string Part(string part, int i, int depth) => Of(part, Inner(kept, i), Inner(sent, i), depth);
        return kept.Name switch
        {
            "Array" => $"xxHash64(arraySum((v{depth}, i{depth}) -> xxHash64(bitXor({Part($"v{depth}", 0, depth + 1)}, i{depth} * {factor})), "
                + $"{value}, arrayEnumerate({value})) + length({value}) * {factor})",
            "Map" => $"xxHash64(arraySum((k{depth}, v{depth}) -> {OfRow([Part($"k{depth}", 0, depth + 1), Part($"v{depth}", 1, depth + 1)])}, "
                + $"mapKeys({value}), mapValues({value})) + length({value}) * {factor})",
            _ => OfRow([.. kept.Arguments.Select((_, i) => Part($"tupleElement({value}, {i + 1})", i, depth))]),
        };
    }

    /// <summary>Only this cast gives a null where CAST fails, as it does for a decimal that is too large. It makes nulls of single values only.</summary>
    private static string OfTurnedBack(string value, string kept, string sent)
    {
        string back = $"accurateCastOrNull({value}, {SqlText.Quote(sent)})";
        string again = $"accurateCastOrNull({back}, {SqlText.Quote(kept)})";
        return $"if(isNotNull({again}) AND xxHash64(assumeNotNull({again})) = xxHash64({value}), xxHash64(assumeNotNull({back})), {Number(NeverSent)})";
    }

    /// <summary>As a tree that is flat: a server takes no deep ones.</summary>
    private static string Sum(ReadOnlySpan<string> terms) => terms.Length == 1 ? terms[0] : $"({Sum(terms[..(terms.Length / 2)])} + {Sum(terms[(terms.Length / 2)..])})";

    private static bool HasParts(ClickHouseType type) => type.Name is "Array" or "Map" or "Tuple";

    /// <summary>Whether single values of both types have the same bytes: time zones change nothing.</summary>
    private static bool KeepsSame(ClickHouseType type, ClickHouseType sent) => Text(WithoutZone(type)) == Text(WithoutZone(sent));

    private static ClickHouseType WithoutZone(ClickHouseType type) => type.Name switch
    {
        "DateTime" => type with { Arguments = [] },
        "DateTime64" => type with { Arguments = [.. type.Arguments.Take(1)] },
        _ => type,
    };

    private static string Text(ClickHouseType type) =>
        type.Arguments.Count == 0 ? type.Name : $"{type.Name}({string.Join(", ", type.Arguments.Select(argument => argument.Literal ?? Text(argument.Type!)))})";

    private static ClickHouseType Inner(ClickHouseType type, int i) => type.Arguments[i].Type!;

    private static string Number(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
