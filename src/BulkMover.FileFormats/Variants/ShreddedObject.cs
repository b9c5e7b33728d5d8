using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.FileFormats.Shaping;
using Array = System.Array;

namespace BulkMover.FileFormats.Variants;

/// <summary>
/// An object some of whose fields are columns; the others are in an encoded object beside it (VariantShredding.md, "Objects"). They are
/// written together in the order of their names' bytes, so that the text does not tell how an object was stored.
/// </summary>
internal sealed class ShreddedObject : TypedValue
{
    private readonly Member[] members;

    /// <param name="stored">The type that arrays arrive in.</param>
    /// <param name="from">The same as the file has it.</param>
    /// <exception cref="VariantException">A field is no group of a shredded value, or is there twice.</exception>
    public ShreddedObject(StructType stored, StructType from)
    {
        members = [.. from.Fields.Select((field, index) => new Member(
            Encoding.UTF8.GetBytes(field.Name), index, ShreddedValue.Of(stored.Fields[index].DataType, field.DataType)))];
        Array.Sort(members, static (left, right) => left.Name.AsSpan().SequenceCompareTo(right.Name));
        for (int i = 1; i < members.Length; i++)
        {
            if (members[i - 1].Name.AsSpan().SequenceEqual(members[i].Name))
                throw new VariantException("an object is shredded into two fields of one name");
        }
    }

    public override void Write(ArrayData data, int row, VariantWriter writer)
    {
        writer.Text.Raw((byte)'{');
        bool isFirst = true;
        foreach (Member member in members)
            Write(member, data, row, writer, ref isFirst);
        writer.Text.Raw((byte)'}');
    }

    /// <param name="data">The shredded fields.</param>
    /// <param name="row">A row that is not null.</param>
    /// <param name="value">The encoded object with the other fields.</param>
    /// <param name="writer">Takes the JSON.</param>
    /// <exception cref="VariantException">A field is in both, though it may be missing among the shredded ones.</exception>
    public void Write(ArrayData data, int row, ReadOnlySpan<byte> value, VariantWriter writer)
    {
        VariantFields others = writer.Fields(ref value);
        if (!value.IsEmpty)
            throw new VariantException($"{value.Length} bytes follow a value");

        writer.Text.Raw((byte)'{');
        bool isFirst = true, hasOther = others.MoveNext();
        foreach (Member member in members)
        {
            int order = -1;
            while (hasOther && (order = others.Name.SequenceCompareTo(member.Name)) < 0)
            {
                Write(ref others, writer, ref isFirst);
                hasOther = others.MoveNext();
            }

            if (hasOther && order == 0)
                throw new VariantException($"field '{Encoding.UTF8.GetString(member.Name)}' is in value, though it is shredded");
            Write(member, data, row, writer, ref isFirst);
        }

        for (; hasOther; hasOther = others.MoveNext())
            Write(ref others, writer, ref isFirst);
        writer.Text.Raw((byte)'}');
    }

    private static void Write(ref VariantFields others, VariantWriter writer, ref bool isFirst)
    {
        if (!isFirst)
            writer.Text.Raw((byte)',');
        isFirst = false;
        others.Write(writer, depth: 0);
    }

    private static void Write(Member member, ArrayData data, int row, VariantWriter writer, ref bool isFirst)
    {
        ArrayData group = data.Children[member.Index];
        int at = data.Offset + row, before = writer.Text.Length;
        // "The group for each named field must use repetition level required": what a null group means is nowhere said.
        if (!Validity.IsValid(group, at))
            throw new VariantException($"the group of field '{Encoding.UTF8.GetString(member.Name)}' is null");
        if (!isFirst)
            writer.Text.Raw((byte)',');
        writer.Text.String(member.Name);
        writer.Text.Raw((byte)':');
        if (member.Value.TryWrite(group, at, writer))
            isFirst = false;
        else
            writer.Text.Truncate(before);
    }

    private sealed record Member(byte[] Name, int Index, ShreddedValue Value);
}
