using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.TableFormats.Targets;

/// <summary>Fields with all that is in them, made anew.</summary>
internal static class FieldTree
{
    /// <param name="field">The field.</param>
    /// <param name="leaf">The new field of one that has none in it.</param>
    /// <returns>A field of the same shape without metadata, but what <paramref name="leaf"/> gives.</returns>
    public static Field Rebuild(Field field, Func<Field, Field> leaf) => field.DataType switch
    {
        StructType type => With(field, new StructType([.. type.Fields.Select(member => Rebuild(member, leaf))])),
        MapType type => With(field, new MapType(Rebuild(type.KeyField, leaf), Rebuild(type.ValueField, leaf), type.KeySorted)),
        ListType type => With(field, new ListType(Rebuild(type.ValueField, leaf))),
        _ => leaf(field),
    };

    private static Field With(Field field, IArrowType type) => new(field.Name, type, field.IsNullable);
}
