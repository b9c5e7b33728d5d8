using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Manifests;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>What the values of one partition field in a manifest come to (Iceberg spec, "Manifest Lists", <c>field_summary</c>).</summary>
internal sealed class PartitionSummary
{
    private bool hasNull, hasNaN;
    private Scalar? least, greatest;

    /// <param name="value">Null for a null.</param>
    public void Add(Scalar? value)
    {
        if (value is null or { IsNull: true })
        {
            hasNull = true;
        }
        else if (value.Value is double number && double.IsNaN(number))
        {
            hasNaN = true;
        }
        else
        {
            if (least is null || ScalarComparer.Compare(value, least) < 0)
                least = value;
            if (greatest is null || ScalarComparer.Compare(value, greatest) > 0)
                greatest = value;
        }
    }

    /// <param name="type">Of the field's values.</param>
    public FieldSummary Build(IArrowType type) => new(
        hasNull, hasNaN, least is null ? null : BoundTruncation.Lower(type, least, int.MaxValue), greatest is null ? null : BoundTruncation.Upper(type, greatest, int.MaxValue));
}
