using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Targets;

/// <summary>Fields with all that is in them.</summary>
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

    /// <summary>The fields and all below them.</summary>
    public static IEnumerable<Field> All(IEnumerable<Field> fields) => fields.SelectMany(field => All(Children(field.DataType)).Prepend(field));

    /// <summary>Element of a list, key and value of a map, members of a struct.</summary>
    public static IEnumerable<Field> Children(IArrowType type) => type switch
    {
        StructType group => group.Fields,
        // Maps before lists, from which they derive.
        MapType map => [map.KeyField, map.ValueField],
        ListType list => [list.ValueField],
        _ => [],
    };

    /// <summary>The field as data files have it: under its physical name, at every level.</summary>
    public static Field InFiles(Field field) => new(field.PhysicalName(), InFiles(field.DataType), field.IsNullable, field.HasMetadata ? field.Metadata : null);

    private static IArrowType InFiles(IArrowType type) => type switch
    {
        StructType group => new StructType([.. group.Fields.Select(InFiles)]),
        MapType map => new MapType(InFiles(map.KeyField), InFiles(map.ValueField), map.KeySorted),
        ListType list => new ListType(InFiles(list.ValueField)),
        _ => type,
    };

    private static Field With(Field field, IArrowType type) => new(field.Name, type, field.IsNullable);
}
