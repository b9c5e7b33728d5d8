using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>Deletion vectors of a checkpoint's batch.</summary>
/// <param name="vector">The struct.</param>
internal sealed class VectorColumn(StructColumn vector)
{
    private readonly TextColumn storageType = vector.Text("storageType"), pathOrInlineDv = vector.Text("pathOrInlineDv");
    private readonly NumberColumn offset = vector.Number("offset"), sizeInBytes = vector.Number("sizeInBytes"), cardinality = vector.Number("cardinality");

    public DeletionVector? At(int row) => vector.IsNull(row)
        ? null
        : new DeletionVector(storageType.At(row) ?? "", pathOrInlineDv.At(row) ?? "", offset.At(row), sizeInBytes.At(row), cardinality.At(row));
}
