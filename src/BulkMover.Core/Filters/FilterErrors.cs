using Apache.Arrow;
using BulkMover.Core.Types;
using BulkMover.Core.Errors;

namespace BulkMover.Core.Filters;

/// <summary>Says what is wrong with a <c>--where</c>, where in it, and which columns there are.</summary>
internal sealed class FilterErrors(string text, Schema table)
{
    private const int MaxColumnsNamed = 60;

    public InvalidInputException At(int position, string code, string problem)
    {
        string line = new([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);
        return new InvalidInputException($"where.{code}",
            $"--where: {problem}{Environment.NewLine}  {line}{Environment.NewLine}  {new string(' ', position)}^{Environment.NewLine}" +
            $"Columns: {Columns()}");
    }

    private string Columns()
    {
        IEnumerable<string> names = table.FieldsList.Take(MaxColumnsNamed).Select(field => $"{field.Name} ({SourceType.Describe(field)})");
        int more = table.FieldsList.Count - MaxColumnsNamed;
        return string.Join(", ", names) + (more > 0 ? $" and {more} more." : ".");
    }
}
