using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Variants;

namespace BulkMover.FileFormats.Shaping;

/// <summary>Makes the shape of a column from its type in the file and in the table, through all levels.</summary>
/// <param name="matcher">Finds the members of structs.</param>
/// <param name="decode">
/// Shapes for types that arrays arrive in otherwise than the file's schema says (stored type, file's type, wanted type); null where they agree.
/// </param>
internal sealed class ShapeBuilder(FieldMatcher matcher, Func<IArrowType, IArrowType, IArrowType, ShapeContext, ColumnShape?>? decode)
{
    /// <summary>True when the file must have every field that has no default, also where it may be null.</summary>
    public bool MustHaveAll { get; init; }

    /// <summary>The rows go into a table that may lack their types (<see cref="TargetShapes"/>).</summary>
    public bool IsForTarget { get; init; }

    /// <summary>Values of members that the file lacks, by field id; they go before defaults.</summary>
    public IReadOnlyDictionary<int, Scalar>? Constants { get; init; }

    /// <param name="stored">The type that arrays arrive in.</param>
    /// <param name="from">The field in the file's schema.</param>
    /// <param name="to">The field in the table's.</param>
    /// <param name="context">For errors.</param>
    /// <exception cref="CorruptTableException">The types do not fit, or a required field is missing.</exception>
    public ColumnShape Build(IArrowType stored, Field from, Field to, ShapeContext context) => (stored, from.DataType, to.DataType) switch
    {
        (StructType s, StructType f, _) when to.IsVariant() => VariantShape.Of(s, f, context),
        (_, not NullType, _) when to.IsVariant() => throw context.TypesDiffer(from.DataType, to),
        (StructType s, StructType f, StructType t) => Struct(s, f, t, context),
        (MapType s, MapType f, MapType t) => new ListShape(t, Struct(s.KeyValueType, f.KeyValueType, t.KeyValueType, context, byPosition: true), null),
        (ListType s, ListType f, ListType t) => List(s, f, t, context),
        (var s, var f, var t) => decode?.Invoke(s, f, t, context) ?? ForTarget(from, t, context) ?? LeafShapes.Find(f, t, context) ?? throw context.TypesDiffer(f, to),
    };

    private ColumnShape? ForTarget(Field from, IArrowType to, ShapeContext context) => IsForTarget ? TargetShapes.Find(from, to, context) : null;

    private ListShape List(ListType stored, ListType from, ListType to, ShapeContext context)
    {
        ShapeContext element = context.Below("element");
        return new ListShape(to, Build(stored.ValueDataType, from.ValueField, to.ValueField, element), CheckOf(from.ValueField, to.ValueField, element));
    }

    // The key and the value of a map are what stands first and second, whatever their names.
    private StructShape Struct(StructType stored, StructType from, StructType to, ShapeContext context, bool byPosition = false)
    {
        var members = new List<StructShape.Member>();
        for (int i = 0; i < to.Fields.Count; i++)
        {
            Field wanted = to.Fields[i];
            ShapeContext below = context.Below(wanted.Name);
            int? source = byPosition ? i : matcher.Find(wanted, to.Fields, from.Fields);
            if (source is not { } index)
            {
                Scalar? value = wanted.FieldId() is { } id && Constants?.TryGetValue(id, out Scalar? constant) == true ? constant : wanted.InitialDefault();
                members.Add((wanted.IsNullable && !MustHaveAll) || value is { IsNull: false } ? new(null, null, null, value) : throw MissingFrom(below));
                continue;
            }

            Field field = from.Fields[index];
            members.Add(new(index, Build(stored.Fields[index].DataType, field, wanted, below), CheckOf(field, wanted, below), null));
        }

        return new StructShape(to, members);
    }

    public static RequiredCheck? CheckOf(Field from, Field to, ShapeContext context) =>
        from.IsNullable && !to.IsNullable ? context.Required() : null;

    public static CorruptTableException MissingFrom(ShapeContext context) => new("file.column_missing",
        $"'{context.File}' does not have the column '{context.Column}', which it must have. Restore the file, or make the column optional in the table.");
}
