using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>
/// A node of the Arrow type that the native reader gives a column, with the part of the file's schema that it stands for: lists and maps take two or
/// three levels there, or one (LogicalTypes.md, "Nested Types", with its rules for older writers).
/// </summary>
/// <param name="Type">As the native reader gives it.</param>
/// <param name="Levels">What levels mean for it.</param>
/// <param name="Children">The members of a struct, the element of a list, the key and the value of a map.</param>
/// <param name="Leaf">The leaf column; null for groups.</param>
internal sealed record ColumnNode(IArrowType Type, NodeLevels Levels, IReadOnlyList<ColumnNode> Children, SchemaNode? Leaf)
{
    private enum Role
    {
        /// <summary>Of a struct, a list of three levels or the values of a map.</summary>
        Member,

        /// <summary>It is repeated, and stands for an element of the list that this makes.</summary>
        Element,

        /// <summary>Of a map: it is there, whatever the schema says.</summary>
        Key,
    }

    /// <summary>The nodes of a column; null where schema and type do not go together in a way that is known here.</summary>
    /// <param name="column">A column of the file's top level.</param>
    /// <param name="stored">Its field as the native reader gives it.</param>
    public static ColumnNode? Of(SchemaNode column, Field stored) => Of(column, stored, Role.Member, depth: 0, defined: 0);

    /// <summary>The leaves, in the order of the schema, each with the nodes from this one down to it.</summary>
    public IEnumerable<(ColumnNode Leaf, IReadOnlyList<NodeLevels> Path)> Leaves() => Leaf is not null
        ? [(this, [Levels])]
        : Children.SelectMany(child => child.Leaves()).Select(below => (below.Leaf, (IReadOnlyList<NodeLevels>)[Levels, .. below.Path]));

    /// <param name="node">The node of the schema.</param>
    /// <param name="field">Its field.</param>
    /// <param name="role">What it is for the node around it.</param>
    /// <param name="depth">Lists around it.</param>
    /// <param name="defined">Definition level from which on what is around it is there.</param>
    private static ColumnNode? Of(SchemaNode node, Field field, Role role, int depth, int defined)
    {
        Repetition repetition = role == Role.Element ? Repetition.Required : node.Element.Repetition;
        bool mayMiss = repetition == Repetition.Optional, isNullable = mayMiss && role != Role.Key;
        if (field.IsNullable != isNullable)
            return null;
        defined += mayMiss ? 1 : 0;
        var levels = new NodeLevels(depth, defined, isNullable, field.DataType is ListType or MapType) { IsOptionalKey = mayMiss && role == Role.Key };
        return (repetition, field.DataType) switch
        {
            (Repetition.Repeated, ListType type) => Group([Of(node, type.ValueField, Role.Element, depth + 1, defined + 1)]),
            (Repetition.Repeated or Repetition.Vector, _) => null,
            (_, StructType type) => node.Children.Count == type.Fields.Count
                ? Group(node.Children.Zip(type.Fields, (child, member) => child.Element.Name == member.Name ? Of(child, member, Role.Member, depth, defined) : null))
                : null,
            (_, ListType type) => node.Children is [{ Element.Repetition: Repetition.Repeated } repeated]
                ? Group([OfElement(repeated, type.ValueField, depth + 1, defined + 1)])
                : null,
            (_, MapType type) => node.Children is [{ Element.Repetition: Repetition.Repeated, Children: [var key, var value] }]
                ? Group([Of(key, type.KeyField, Role.Key, depth + 1, defined + 1), Of(value, type.ValueField, Role.Member, depth + 1, defined + 1)])
                : null,
            _ => node.IsLeaf ? new ColumnNode(field.DataType, levels, [], node) : null,
        };

        ColumnNode? Group(IEnumerable<ColumnNode?> children)
        {
            ColumnNode?[] all = [.. children];
            return all.Length == 0 || all.Contains(null) ? null : new ColumnNode(field.DataType, levels, all!, null);
        }
    }

    /// <summary>
    /// The element of a list is the repeated node itself or the only one in it, which depends on their names. What the native reader has made of
    /// them the field's name tells, and where both have the same, as in lists of lists by parquet-avro, its type: only one of them fits it, or
    /// both in the same way.
    /// </summary>
    private static ColumnNode? OfElement(SchemaNode repeated, Field element, int depth, int defined)
    {
        ColumnNode? itself = repeated.Element.Name == element.Name ? Of(repeated, element, Role.Element, depth, defined) : null;
        return itself is null && repeated.Children is [var only] && only.Element.Name == element.Name
            ? Of(only, element, Role.Member, depth, defined)
            : itself;
    }
}
