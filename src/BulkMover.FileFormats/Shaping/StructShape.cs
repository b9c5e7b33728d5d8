using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Types;

namespace BulkMover.FileFormats.Shaping;

/// <summary>Structs: the table's fields in its order, those that the file lacks filled with their default or nulls.</summary>
internal sealed class StructShape(StructType type, IReadOnlyList<StructShape.Member> members) : ColumnShape
{
    /// <summary>One field of the table's struct.</summary>
    /// <param name="Source">Index in the file's struct; null when it lacks the field.</param>
    /// <param name="Shape">How it is turned; null when it is missing.</param>
    /// <param name="Required">Set when the table wants no nulls and the file may have some.</param>
    /// <param name="Default">Its value when it is missing; null for nulls.</param>
    public sealed record Member(int? Source, ColumnShape? Shape, RequiredCheck? Required, Scalar? Default);

    /// <summary>What becomes of a field of the file's struct; nothing when the table does not want it.</summary>
    public IEnumerable<ColumnShape> ShapesOf(int source) => members.Where(member => member.Source == source).Select(member => member.Shape!);

    public override ArrayData Apply(ArrayData source, TakenBuffers buffers) => Apply(source, source, source.Offset, buffers);

    /// <param name="source">The file's struct.</param>
    /// <param name="present">Tells where there is one: itself, or where that has no nulls of its own the struct around it.</param>
    /// <param name="first">Place of that array's first slot in the struct's members.</param>
    /// <param name="buffers">What the buffers go to.</param>
    private ArrayData Apply(ArrayData source, ArrayData present, int first, TakenBuffers buffers)
    {
        var children = new ArrayData[members.Count];
        for (int i = 0; i < children.Length; i++)
            children[i] = Apply(source, members[i], type.Fields[i], present, first, buffers);
        return new ArrayData(type, source.Length, source.NullCount, source.Offset, source.Buffers.Select(buffers.Share).ToArray(), children);
    }

    private static ArrayData Apply(ArrayData source, Member member, Field field, ArrayData present, int first, TakenBuffers buffers)
    {
        // The struct's offset applies to its children as well, so they are as long as both together.
        if (member.Source is not { } index)
            return FilledArrays.Constant(field, member.Default, source.Offset + source.Length, buffers);

        ArrayData child = source.Children[index];
        member.Required?.CheckMember(present, first, child);
        return member.Shape is StructShape inner && child.Buffers[0].IsEmpty
            ? inner.Apply(child, present, first + child.Offset, buffers)
            : member.Shape!.Apply(child, buffers);
    }
}
