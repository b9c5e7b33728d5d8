using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Variants;

/// <summary>
/// Walks over the fields of an encoded object in the order of their names' bytes. They should be stored so (VariantEncoding.md, "Object field
/// ID order and uniqueness"), but writers are known that compare names as UTF-16; two fields of one name are an error.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct VariantFields
{
    private readonly VariantMetadata metadata;
    private readonly int[]? order;
    private VariantElements elements;
    private int position = -1;

    /// <param name="metadata">Holds the names.</param>
    /// <param name="value">The encoded object with what follows; moved behind it.</param>
    /// <exception cref="VariantException">The object is broken, or has two fields of one name.</exception>
    public VariantFields(VariantMetadata metadata, scoped ref ReadOnlySpan<byte> value)
    {
        this.metadata = metadata;
        elements = new VariantElements(ref value, isObject: true);
        order = IsSorted() ? null : Sort();
    }

    /// <summary>Of the present field, in UTF-8; not checked to be that.</summary>
    public readonly ReadOnlySpan<byte> Name => NameOf(Index);

    private readonly int Index => order is null ? position : order[position];

    /// <summary>False behind the last field.</summary>
    public bool MoveNext() => ++position < elements.Count;

    /// <summary>Writes the present field's name and value.</summary>
    /// <exception cref="VariantException">They are broken.</exception>
    public void Write(VariantWriter writer, int depth)
    {
        writer.Text.String(Name);
        writer.Text.Raw((byte)':');
        elements.Write(writer, Index, depth);
    }

    private readonly ReadOnlySpan<byte> NameOf(int index) => metadata.Name(elements.FieldId(index));

    private readonly bool IsSorted()
    {
        bool isSorted = true;
        long nameBytes = 0;
        for (int i = 0; i < elements.Count; i++)
        {
            ReadOnlySpan<byte> name = NameOf(i);
            // The dictionary has every name of its own, so more bytes mean that some are used twice: no such object costs more than the dictionary.
            nameBytes += name.Length;
            if (nameBytes > metadata.NameBytes)
                throw new VariantException("the fields of an object have more names than its metadata");
            isSorted = isSorted && (i == 0 || NameOf(i - 1).SequenceCompareTo(name) < 0);
        }

        return isSorted;
    }

    /// <summary>Such objects are rare; their names are copied, which is no more work than writing them.</summary>
    private readonly int[] Sort()
    {
        byte[][] names = new byte[elements.Count][];
        int[] sorted = new int[names.Length];
        for (int i = 0; i < names.Length; i++)
            (names[i], sorted[i]) = (NameOf(i).ToArray(), i);
        Array.Sort(names, sorted, Comparer<byte[]>.Create(static (left, right) => left.AsSpan().SequenceCompareTo(right)));
        for (int i = 1; i < names.Length; i++)
        {
            if (names[i - 1].AsSpan().SequenceEqual(names[i]))
                throw new VariantException("an object has two fields of one name");
        }

        return sorted;
    }
}
