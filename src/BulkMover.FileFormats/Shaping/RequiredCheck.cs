using Apache.Arrow;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;

namespace BulkMover.FileFormats.Shaping;

/// <summary>Finds nulls where the table promises none and the file's own schema would allow them.</summary>
/// <param name="file">For the message.</param>
/// <param name="column">For the message.</param>
internal sealed class RequiredCheck(string file, string column)
{
    public void CheckColumn(ArrayData data)
    {
        if (data.GetNullCount() > 0)
            throw Missing();
    }

    /// <summary>A member may be null where its struct is.</summary>
    /// <param name="parent">Its struct, or the one around that which tells for both where there is none.</param>
    /// <param name="first">Place of the parent's first slot among the member's.</param>
    /// <param name="child">The member.</param>
    public void CheckMember(ArrayData parent, int first, ArrayData child)
    {
        if (child.GetNullCount() == 0)
            return;

        for (int i = 0; i < parent.Length; i++)
        {
            if (IsValid(parent, i) && !IsValid(child, first + i))
                throw Missing();
        }
    }

    public void CheckElements(ArrayData list)
    {
        ArrayData elements = list.Children[0];
        if (list.Length == 0 || elements.GetNullCount() == 0)
            return;

        ReadOnlySpan<int> offsets = list.Values<int>(extra: 1);
        for (int i = 0; i < list.Length; i++)
        {
            for (int element = offsets[i]; IsValid(list, i) && element < offsets[i + 1]; element++)
            {
                if (!IsValid(elements, element))
                    throw Missing();
            }
        }
    }

    private static bool IsValid(ArrayData data, int index) =>
        data.Buffers.Length == 0 ? false : data.Buffers[0].IsEmpty || BitUtility.GetBit(data.Buffers[0].Span, data.Offset + index);

    private CorruptTableException Missing() => new("file.value_missing",
        $"Column '{column}' is required by the table, but '{file}' has nulls in it. Restore the file, or make the column optional.");
}
