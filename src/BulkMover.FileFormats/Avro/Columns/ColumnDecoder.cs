using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Memory;

namespace BulkMover.FileFormats.Avro.Columns;

/// <summary>Collects the values of one field of a file, at any level, until they become an Arrow array. For one caller.</summary>
/// <param name="type">The array's type.</param>
/// <param name="nullBranch">See <see cref="AvroOption"/>.</param>
/// <param name="memory">What the values are collected in.</param>
internal abstract class ColumnDecoder(IArrowType type, int nullBranch, GrowingMemory memory)
{
    private const int OptionBranches = 2;

    private readonly GrowingBits? validity = nullBranch >= 0 ? new GrowingBits(memory) : null;

    protected IArrowType Type => type;

    /// <summary>Bytes that each row takes, whatever its value.</summary>
    public abstract long FixedBytes { get; }

    /// <summary>Bytes that are collected.</summary>
    public virtual long Bytes => validity?.Bytes ?? 0;

    /// <summary>Reads the next value.</summary>
    /// <exception cref="Core.Errors.CorruptTableException">The bytes are none.</exception>
    public abstract void Decode(ref AvroDecoder input);

    /// <summary>Adds a value that nobody sees, where a record above is null.</summary>
    public void AddHidden()
    {
        validity?.Add(false);
        AddPlaceholder();
    }

    /// <summary>The collected values as an array, and starts again.</summary>
    public abstract ArrayData Take(int length, TakenBuffers buffers);

    /// <summary>Something in the place of a null.</summary>
    protected abstract void AddPlaceholder();

    /// <summary>Reads which branch of the option follows; for null, adds one.</summary>
    protected bool DecodeNull(ref AvroDecoder input)
    {
        if (validity is null)
            return false;
        bool isNull = input.ReadIndex(OptionBranches) == nullBranch;
        validity.Add(!isNull);
        if (isNull)
            AddPlaceholder();
        return isNull;
    }

    protected ArrayData Array(int length, TakenBuffers buffers, ReadOnlySpan<ArrowBuffer> values, ArrayData[]? children = null)
    {
        int nulls = validity?.Zeros ?? 0;
        ArrowBuffer bits = nulls > 0 ? validity!.Take(buffers) : ArrowBuffer.Empty;
        validity?.Clear();
        return new ArrayData(type, length, nulls, 0, [bits, .. values], children);
    }
}
