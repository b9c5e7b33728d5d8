using System.Collections.Frozen;
using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;

namespace BulkMover.Core.Types;

/// <summary>Finds the target type of a source field in <see cref="TypeRows"/>.</summary>
public static class TypeMapping
{
    /// <summary>ClickHouse keeps decimals of up to so many digits.</summary>
    public const int MaxPrecision = 76;

    /// <summary>Deeper types are taken for hostile: the walk over them is a recursion.</summary>
    public const int MaxDepth = 64;

    /// <summary>ClickHouse's longest FixedString, bytes.</summary>
    public const int MaxFixedBytes = 0xFFFFFF;

    private const string NextStep = "Leave the column out with --columns.";

    private static readonly FrozenDictionary<string, TypeRow> Rows = TypeRows.All.ToFrozenDictionary(row => row.Source);

    /// <summary>Maps every column; what is refused is told at once for all of them (invariant 8).</summary>
    /// <exception cref="UnsupportedFeatureException">At least one column has a type without an equal.</exception>
    public static IReadOnlyList<MappedType> Find(Schema schema, CalendarSupport calendar)
    {
        var mapped = new List<MappedType>();
        var refusals = new List<string>();
        foreach (Field field in schema.FieldsList)
        {
            try
            {
                mapped.Add(Find(field, calendar));
            }
            catch (UnsupportedFeatureException refusal)
            {
                refusals.Add(refusal.Message);
            }
        }

        return refusals.Count == 0 ? mapped : throw new UnsupportedFeatureException("types.unsupported", string.Join(' ', refusals));
    }

    /// <summary>Maps one column.</summary>
    /// <exception cref="UnsupportedFeatureException">Its type, or one inside it, has no equal.</exception>
    public static MappedType Find(Field column, CalendarSupport calendar) => Find(column, column.Name, calendar, column.IsNullable, 1);

    /// <summary>The same column as it is mapped where it comes in the stored forms that it may have (<see cref="Scans.BatchSize.KeepsStoredForms"/>).</summary>
    public static IEnumerable<MappedType> InStoredForms(MappedType type)
    {
        if (type.Field.DataType is Decimal128Type { Precision: <= 18 } wide)
            yield return As(type, new Decimal64Type(wide.Precision, wide.Scale), []);
        if (type.Field.DataType is Decimal128Type { Precision: <= 9 } narrow)
            yield return As(type, new Decimal32Type(narrow.Precision, narrow.Scale), []);
        if (type.Field.DataType is StringType or BinaryType)
            yield return As(type, new DictionaryType(Int32Type.Default, type.Field.DataType, ordered: false), [type]);
    }

    private static MappedType As(MappedType type, IArrowType form, IReadOnlyList<MappedType> children)
    {
        var field = new Field(type.Field.Name, form, type.Field.IsNullable);
        TypeRow row = Rows[SourceType.RowName(field)];
        return type with { Field = field, Row = row, TargetType = TargetType(row, form, children, type.HoldsNulls), Children = children };
    }

    private static MappedType Find(Field field, string path, CalendarSupport calendar, bool nullable, int depth)
    {
        if (depth > MaxDepth)
            throw new UnsupportedFeatureException("types.unsupported", $"Column '{path}' is nested more than {MaxDepth} levels deep, which is refused. {NextStep}");
        TypeRow row = Rows[SourceType.RowName(field)];
        IArrowType type = SourceType.Storage(field.DataType);
        string? refusal = row.Refusal ?? Problem(type);
        if (refusal is not null)
        {
            throw new UnsupportedFeatureException("types.unsupported",
                $"Column '{path}' has the type {SourceType.Describe(field)}, which is refused: {refusal}. {NextStep}");
        }

        MappedType[] children = Children(type, path, calendar, nullable, depth + 1);
        bool isDictionary = row.Form == ValueForm.Dictionary;
        // A column that is null throughout needs a type that can say so, whatever its field claims.
        bool holdsNulls = row.Form == ValueForm.OnlyNulls || (isDictionary ? children[0].HoldsNulls : nullable && row.Nulls != NullForm.Refused);
        return new MappedType(field, path, row, TargetType(row, type, children, holdsNulls), holdsNulls, row.RangeOn(calendar), children);
    }

    /// <summary>The ClickHouse type of a row, with its children's types and nullability filled in.</summary>
    internal static string TargetType(TypeRow row, IArrowType type, IReadOnlyList<MappedType> children, bool holdsNulls)
    {
        string target = Fill(row.Target, type, children);
        if (row.Form == ValueForm.Dictionary)
            return children[0].Row.Nulls == NullForm.NullableOrLowCardinality ? $"LowCardinality({target})" : target;
        return holdsNulls ? $"Nullable({target})" : target;
    }

    private static MappedType[] Children(IArrowType type, string path, CalendarSupport calendar, bool nullable, int depth)
    {
        MappedType Child(Field field, string name, bool nulls) => Find(field, $"{path}.{name}", calendar, nulls, depth);

        return type switch
        {
            // Nulls of the dictionary and of the indices are one to the reader.
            DictionaryType dictionary => [Find(new Field("values", dictionary.ValueType, nullable), path, calendar, nullable, depth)],
            ListType list => [Child(list.ValueField, "element", list.ValueField.IsNullable)],
            LargeListType list => [Child(list.ValueField, "element", list.ValueField.IsNullable)],
            FixedSizeListType list => [Child(list.ValueField, "element", list.ValueField.IsNullable)],
            // Arrow and ClickHouse agree that a key is never null (Arrow columnar format, "Map"; its field may still say nullable).
            MapType map => [Child(map.KeyField, "key", false), Child(map.ValueField, "value", map.ValueField.IsNullable)],
            StructType structure => [.. structure.Fields.Select(field => Child(field, field.Name, field.IsNullable))],
            _ => [],
        };
    }

    /// <summary>Why ClickHouse cannot hold the type with these parameters; null when it can.</summary>
    private static string? Problem(IArrowType type) => type switch
    {
        _ when Decimal(type) is (_, < 0) => "ClickHouse has no decimals with a negative scale",
        _ when Decimal(type) is var (precision, scale) && Math.Max(precision, scale) > MaxPrecision => "ClickHouse has no decimals of more than 76 digits",
        DictionaryType { ValueType: NestedType or DictionaryType or NullType } => "dictionaries of such values are not read yet",
        DictionaryType => null,
        FixedSizeBinaryType { TypeId: ArrowTypeId.FixedSizedBinary, ByteWidth: > MaxFixedBytes } =>
            $"a FixedString has at most {MaxFixedBytes} bytes",
        StructType structure when structure.Fields.Any(field => field.Name.Length == 0) => "a field of a Tuple needs a name",
        StructType structure when structure.Fields.GroupBy(field => field.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice =>
            $"it has the field '{twice.Key}' more than once",
        _ => null,
    };

    private static string Fill(string target, IArrowType type, IReadOnlyList<MappedType> children)
    {
        if (Decimal(type) is var (precision, scale))
        {
            // ClickHouse wants precision ≥ scale; more digits in front change no value.
            target = target.Replace("{P}", Text(Math.Max(precision, scale)), StringComparison.Ordinal).Replace("{S}", Text(scale), StringComparison.Ordinal);
        }

        return type switch
        {
            FixedSizeBinaryType binary => target.Replace("{N}", Text(binary.ByteWidth), StringComparison.Ordinal),
            StructType => target.Replace("{*}", string.Join(", ", children.Select(Element)), StringComparison.Ordinal),
            MapType => $"Map({children[0].TargetType}, {children[1].TargetType})",
            _ => children.Count == 1 ? target.Replace("{0}", children[0].TargetType, StringComparison.Ordinal) : target,
        };
    }

    private static (int Precision, int Scale)? Decimal(IArrowType type) => type switch
    {
        Decimal32Type d => (d.Precision, d.Scale),
        Decimal64Type d => (d.Precision, d.Scale),
        Decimal128Type d => (d.Precision, d.Scale),
        Decimal256Type d => (d.Precision, d.Scale),
        _ => null,
    };

    private static string Element(MappedType child) => $"{ClickHouseName.Quote(child.Field.Name)} {child.TargetType}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
