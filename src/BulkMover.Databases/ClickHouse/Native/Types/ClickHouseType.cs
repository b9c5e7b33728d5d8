namespace BulkMover.Databases.ClickHouse.Native.Types;

/// <summary>A type as the server writes it.</summary>
/// <param name="Name"><c>DateTime64</c>, <c>Tuple</c>.</param>
/// <param name="Arguments">What stands between its parentheses.</param>
public sealed record ClickHouseType(string Name, IReadOnlyList<ClickHouseTypeArgument> Arguments)
{
    /// <summary>The type inside Nullable and LowCardinality.</summary>
    public ClickHouseType Unwrapped => Name is "Nullable" or "LowCardinality" && Arguments is [{ Type: { } inner }] ? inner.Unwrapped : this;

    /// <summary>Whether a null has a place in it.</summary>
    public bool IsNullable => Name == "Nullable" || (Name == "LowCardinality" && Arguments is [{ Type.IsNullable: true }]);

    /// <summary>The whole number at this place; null when there is none.</summary>
    public int? Number(int i) => i < Arguments.Count && int.TryParse(
        Arguments[i].Literal, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number) ? number : null;
}

/// <summary>A literal, or a type with or without a name.</summary>
/// <param name="Name">Name of a Tuple's element; null where it has none.</param>
/// <param name="Type">The type; null for a literal.</param>
/// <param name="Literal">A number, or a text in its quotes; null for a type.</param>
public sealed record ClickHouseTypeArgument(string? Name, ClickHouseType? Type, string? Literal);
