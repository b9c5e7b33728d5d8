using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>
/// Makes the partition spec of a new table from terms as engines write them: <c>country</c>, <c>day(ts)</c>, <c>bucket(16, id)</c>,
/// <c>truncate(8, name)</c>. A column that is called like a term is meant by it.
/// </summary>
internal static class PartitionTerms
{
    /// <summary>"Partition Specs": ids of partition fields begin here.</summary>
    private const int FirstFieldId = 1000;

    /// <param name="terms">In the order of the tuple.</param>
    /// <param name="schema">The table's.</param>
    /// <param name="names">What fields are to be called, by term, where the table's columns leave that name to them.</param>
    /// <exception cref="InvalidInputException">A term is not one, names no column, or its transform does not take the column's type.</exception>
    public static PartitionSpec Parse(IReadOnlyList<string> terms, IcebergSchema schema, IReadOnlyDictionary<string, string> names)
    {
        var fields = new List<PartitionField>();
        foreach (string term in terms)
        {
            (Transform transform, string name) = Split(term, schema);
            Field column = Column(name, schema) ?? throw Wrong(term, $"there is no column '{name}' among {string.Join(", ", schema.Arrow.FieldsList.Select(field => field.Name))}");
            if (!Takes(transform.Kind, column))
                throw Wrong(term, $"{transform.Kind.ToString().ToLowerInvariant()} does not take {SchemaJson.Describe(column)} (Iceberg spec, \"Partition Transforms\")");
            string called = names.TryGetValue(term, out string? wanted) && IsFree(wanted) ? wanted : NameOf(transform.Kind, name);
            var field = new PartitionField(column.FieldId()!.Value, FirstFieldId + fields.Count, called, transform);
            if (fields.Exists(other => other.Name == field.Name) || !IsFree(field.Name))
                throw Wrong(term, $"its values would be called '{field.Name}', and that name is taken");
            fields.Add(field);

            // The reference implementation lets only the identity of a column be called as it.
            bool IsFree(string it) => Column(it, schema) is not { } other || (transform.Kind == TransformKind.Identity && other == column);
        }

        return new PartitionSpec(0, fields);
    }

    /// <summary>Those terms of a source whose columns are there with a type that the transform takes.</summary>
    public static IReadOnlyList<string> Kept(IEnumerable<string> terms, IcebergSchema schema) => [.. terms.Where(term =>
        Split(term, schema) is var (transform, name) && Column(name, schema) is { } column && Takes(transform.Kind, column))];

    /// <summary>A field of a spec as such a term; null for one that cannot be written so.</summary>
    public static string? Text(PartitionField field, IcebergSchema schema) => schema.Column(field.SourceId)?.Name is not { } column ? null : field.Transform switch
    {
        { Kind: TransformKind.Identity } => column,
        { Kind: TransformKind.Bucket or TransformKind.Truncate } with => string.Create(CultureInfo.InvariantCulture, $"{NameOf(with.Kind)}({with.Parameter}, {column})"),
        { Kind: TransformKind.Year or TransformKind.Month or TransformKind.Day or TransformKind.Hour } time => $"{NameOf(time.Kind)}({column})",
        _ => null,
    };

    /// <summary>"Partition Transforms", column "Source types".</summary>
    public static bool Takes(TransformKind transform, Field column) => transform switch
    {
        _ when column.DataType is NullType || column.IsVariant() || column.IsGeo() => false,
        TransformKind.Identity => column.DataType is not NestedType,
        TransformKind.Bucket => column.DataType.TypeId is ArrowTypeId.Int32 or ArrowTypeId.Int64 or ArrowTypeId.Decimal128 or ArrowTypeId.Date32 or ArrowTypeId.Time64
            or ArrowTypeId.Timestamp or ArrowTypeId.String or ArrowTypeId.Binary or ArrowTypeId.FixedSizedBinary,
        TransformKind.Truncate => column.DataType.TypeId is ArrowTypeId.Int32 or ArrowTypeId.Int64 or ArrowTypeId.Decimal128 or ArrowTypeId.String or ArrowTypeId.Binary,
        TransformKind.Year or TransformKind.Month or TransformKind.Day => column.DataType.TypeId is ArrowTypeId.Date32 or ArrowTypeId.Timestamp,
        TransformKind.Hour => column.DataType.TypeId is ArrowTypeId.Timestamp,
        _ => false,
    };

    private static (Transform Transform, string Column) Split(string term, IcebergSchema schema)
    {
        if (Column(term, schema) is not null)
            return (Transform.Identity, term);
        string text = term.Trim();
        int bracket = text.IndexOf('(', StringComparison.Ordinal);
        if (bracket <= 0 || !text.EndsWith(')'))
            return (Transform.Identity, text);
        string name = text[..bracket].Trim().ToLowerInvariant();
        string inner = text[(bracket + 1)..^1];
        if (name is "bucket" or "truncate")
        {
            string[] parts = inner.Split(',', 2);
            return parts.Length == 2 && int.TryParse(parts[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
                ? (Transform.Parse(string.Create(CultureInfo.InvariantCulture, $"{name}[{number}]")), parts[1].Trim())
                : throw Wrong(term, $"{name} wants a number above 0 and a column");
        }

        // Engines also write years(ts), days(ts).
        string singular = name.TrimEnd('s');
        return singular is "identity" or "year" or "month" or "day" or "hour"
            ? (Transform.Parse(singular), inner.Trim())
            : throw Wrong(term, $"there is no transform '{name}', only identity, bucket, truncate, year, month, day and hour");
    }

    private static Field? Column(string name, IcebergSchema schema) => schema.Arrow.FieldsList.FirstOrDefault(field => field.Name == name);

    /// <summary>As the reference implementation calls partition fields.</summary>
    private static string NameOf(TransformKind kind, string column) => kind switch
    {
        TransformKind.Identity => column,
        TransformKind.Truncate => $"{column}_trunc",
        _ => $"{column}_{NameOf(kind)}",
    };

    private static string NameOf(TransformKind kind) => kind.ToString().ToLowerInvariant();

    private static InvalidInputException Wrong(string term, string why) => new("iceberg.partition_term",
        $"The table cannot be partitioned by '{term}': {why}. Write a column, year(c), month(c), day(c), hour(c), bucket(16, c) or truncate(8, c).");
}
