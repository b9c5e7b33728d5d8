using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>A value for slots that have none.</summary>
internal static class DictionaryDefault
{
    /// <summary>An array of one zero, or of one empty string or binary.</summary>
    public static ArrayData Of(IArrowType type)
    {
        bool isFixed = SourceType.Storage(type) is FixedWidthType;
        int bytes = isFixed ? ((FixedWidthType)SourceType.Storage(type)).BitWidth / 8 : 0;
        // Zeros are a value, two offsets without bytes between them, and a view of no bytes.
        var zeros = new ArrowBuffer(new byte[Math.Max(16, bytes)]);
        return new ArrayData(type, 1, 0, 0, isFixed ? [ArrowBuffer.Empty, zeros] : [ArrowBuffer.Empty, zeros, ArrowBuffer.Empty]);
    }
}
