using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

internal sealed class LowCardinalityColumn(MappedType type, ArrowTypeId index, ValueEncoder v) : ColumnEncoder
{
    public override long CopiedBytes(ArrayData data) => throw new NotSupportedException(type.Path + index + v);
    public override void Write(ArrayData data, Validity parent, BlockWriter writer) => throw new NotSupportedException();
}
internal sealed class DictionaryColumn(MappedType type, ArrowTypeId index, ColumnEncoder v) : ColumnEncoder
{
    public override long CopiedBytes(ArrayData data) => throw new NotSupportedException(type.Path + index + v);
    public override void Write(ArrayData data, Validity parent, BlockWriter writer) => throw new NotSupportedException();
}
