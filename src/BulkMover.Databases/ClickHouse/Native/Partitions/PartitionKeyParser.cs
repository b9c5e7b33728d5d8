using System.Globalization;
using System.Text.RegularExpressions;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse.Native.Partitions;

/// <summary>Reads the partition keys that tables have in practice: columns, calendar functions, divisions, and tuples of them.</summary>
internal static partial class PartitionKeyParser
{
    private const string Name = @"(?:(?<bare>[A-Za-z_][A-Za-z0-9_]*)|`(?<quoted>(?:[^`\\]|\\.)*)`)";

    private static readonly Dictionary<string, PartitionFunction> CalendarFunctions = new(StringComparer.Ordinal)
    {
        ["toStartOfHour"] = PartitionFunction.Hour,
        ["toDate"] = PartitionFunction.Day,
        ["toDate32"] = PartitionFunction.Day,
        ["toStartOfDay"] = PartitionFunction.Day,
        ["toYYYYMMDD"] = PartitionFunction.Day,
        ["toMonday"] = PartitionFunction.MondayWeek,
        ["toStartOfWeek"] = PartitionFunction.SundayWeek,
        ["toYYYYMM"] = PartitionFunction.Month,
        ["toStartOfMonth"] = PartitionFunction.Month,
        ["toStartOfQuarter"] = PartitionFunction.Quarter,
        ["toYear"] = PartitionFunction.Year,
        ["toStartOfYear"] = PartitionFunction.Year,
    };

    /// <summary>The parts of the key; null when one of them is not known.</summary>
    public static IReadOnlyList<PartitionTerm>? TryParse(string expression, IReadOnlyList<TargetColumn> columns)
    {
        if (expression is "" or "tuple()")
            return [];

        var terms = new List<PartitionTerm>();
        string rest = expression.StartsWith('(') && expression.EndsWith(')') ? expression[1..^1] : expression;
        while (true)
        {
            Match match = Term().Match(rest);
            if (!match.Success || Bind(match, columns) is not { } term)
                return null;
            terms.Add(term);
            if (match.Length == rest.Length)
                return terms;
            if (!rest.AsSpan(match.Length).StartsWith(", "))
                return null;
            rest = rest[(match.Length + 2)..];
        }
    }

    private static PartitionTerm? Bind(Match match, IReadOnlyList<TargetColumn> columns)
    {
        string name = match.Groups["quoted"].Success ? Escape().Replace(match.Groups["quoted"].Value, "${c}") : match.Groups["bare"].Value;
        int column = columns.Select(c => c.Name).ToList().IndexOf(name);
        if (column < 0)
            return null;

        IArrowType type = SourceType.Storage(columns[column].Type.Field.DataType);
        bool hasDivisor = long.TryParse(match.Groups["divisor"].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long divisor);
        string function = match.Groups["function"].Value;
        if (hasDivisor && function is "" or "modulo" or "intDiv")
        {
            return type is IntegerType && divisor != 0
                ? new PartitionTerm(column, function == "intDiv" ? PartitionFunction.Quotient : PartitionFunction.Remainder, divisor)
                : null;
        }

        if (function.Length == 0)
            return PartitionTerm.CanHash(type) ? new PartitionTerm(column, PartitionFunction.Identity, 1) : null;
        return !hasDivisor && CalendarFunctions.TryGetValue(function, out PartitionFunction calendar)
            && UnitsPerDay(type) is { } perDay && !(calendar == PartitionFunction.Hour && perDay == 1)
                ? new PartitionTerm(column, calendar, calendar == PartitionFunction.Hour ? perDay / 24 : perDay)
                : null;
    }

    private static long? UnitsPerDay(IArrowType type) => type switch
    {
        Date32Type => 1,
        Date64Type => 86_400_000,
        TimestampType { Unit: TimeUnit.Second } => 86_400,
        TimestampType { Unit: TimeUnit.Millisecond } => 86_400_000,
        TimestampType { Unit: TimeUnit.Microsecond } => 86_400_000_000,
        TimestampType => 86_400_000_000_000,
        _ => null,
    };

    /// <summary>A function of a column with a divisor or a time zone, or a column with or without <c>% divisor</c>.</summary>
    [GeneratedRegex(@"\G(?:(?<function>[A-Za-z0-9]+)\(" + Name + @"(?:, (?:(?<divisor>-?\d+)|'[^'\\]*'))?\)|" + Name + @"(?: % (?<divisor>-?\d+))?)",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Term();

    [GeneratedRegex(@"\\(?<c>.)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escape();
}
