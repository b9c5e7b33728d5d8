using Apache.Arrow;
using BulkMover.Core.Filters;
using BulkMover.Core.Types;
using BulkMover.Testing.Filters;

namespace BulkMover.TableFormats.Tests.Delta.Model;

/// <summary>Filters on a version of the model, and which of its rows they keep.</summary>
internal static class ModelFilters
{
    public static Filter New(ModelVersion version, Schema schema, Random random, int depth = 0)
    {
        Filter Again() => New(version, schema, random, depth + 1);
        ModelColumn column = version.Columns[random.Next(version.Columns.Count)];
        switch (random.Next(depth < 2 ? 8 : 5))
        {
            case 0:
                return new Filter.IsNull(column.Name);
            case 1 when column.Type == "string":
                byte[] text = (byte[])Literal(version, column, random);
                return new Filter.StartsWith(column.Name, text[..random.Next(1, text.Length + 1)]);
            case 1 or 2 when column.Type is not ("binary" or "boolean"):
                return new Filter.In(column.Name, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Scalar())]);
            case < 5 when column.Type == "binary":
                return new Filter.IsNull(column.Name);
            case < 5:
                var operators = Enum.GetValues<ComparisonOperator>();
                return new Filter.Comparison(column.Name, operators[random.Next(column.Type == "boolean" ? 2 : operators.Length)], Scalar());
            case 5:
                return new Filter.And(Again(), Again());
            case 6:
                return new Filter.Or(Again(), Again());
            default:
                return new Filter.Not(Again());
        }

        Scalar Scalar() => new(schema.GetFieldByName(column.Name).DataType, Literal(version, column, random));
    }

    public static bool Keeps(Filter filter, ModelVersion version, Dictionary<int, object?> row) =>
        NaiveFilter.Evaluate(filter, name => row.GetValueOrDefault(version.Columns.Single(column => column.Name == name).Id)) == true;

    /// <summary>Mostly a value that is there, so that bounds are met exactly.</summary>
    private static object Literal(ModelVersion version, ModelColumn column, Random random) =>
        random.Next(5) > 0 && version.Rows.Count > 0 && version.Rows[random.Next(version.Rows.Count)].GetValueOrDefault(column.Id) is { } value
            ? value
            : ModelTypes.Random(column.Type, random);
}
