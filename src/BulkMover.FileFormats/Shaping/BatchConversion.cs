using Apache.Arrow;
using Apache.Arrow.Memory;

namespace BulkMover.FileFormats.Shaping;

/// <summary>Turns rows into the types that a table keeps them in, value by value where nothing is lost. Safe for concurrent use.</summary>
public sealed class BatchConversion
{
    private readonly BatchShape shape;

    private BatchConversion(BatchShape shape) => this.shape = shape;

    /// <param name="source">What the rows are of, for messages.</param>
    /// <param name="from">Their schema.</param>
    /// <param name="to">The table's: the same columns in the same order. Behind them there may be others, which have their default or null in all rows.</param>
    /// <exception cref="Core.Errors.CorruptTableException">A type cannot become the other one.</exception>
    public static BatchConversion Of(string source, Schema from, Schema to) => new(BatchShape.OfPlaces(source, from, to));

    /// <summary>As above, by the names of columns, at every level.</summary>
    /// <param name="source">What the rows are of, for messages.</param>
    /// <param name="from">Their schema.</param>
    /// <param name="to">The table's, with every column and member of the other one: where the rows lack one, they get its default or a null.</param>
    /// <exception cref="Core.Errors.CorruptTableException">A type cannot become the other one.</exception>
    public static BatchConversion ByName(string source, Schema from, Schema to) => new(BatchShape.OfNames(source, from, to));

    /// <summary>Bytes that a row takes in columns that the rows lack.</summary>
    public double FilledRowBytes => shape.FilledRowBytes;

    /// <summary>Takes the batch over; the result is the caller's, and shares what needs no conversion.</summary>
    /// <exception cref="Core.Errors.ValueOutOfRangeException">A value has no equal in the table's type (invariant 4).</exception>
    public RecordBatch Apply(RecordBatch batch, MemoryAllocator allocator)
    {
        using (batch)
            return shape.Apply(batch, batch.Length, allocator);
    }
}
