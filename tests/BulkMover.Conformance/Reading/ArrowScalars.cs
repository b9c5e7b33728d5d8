using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.Conformance.Reading;

/// <summary>Single values of Arrow arrays, to compare columns with.</summary>
internal static class ArrowScalars
{
    /// <summary>The value at the row; null where the row is null, NaN, or of a type that filters do not compare.</summary>
    public static Scalar? At(IArrowArray array, int row)
    {
        object? value = array.IsNull(row) ? null : Value(array, row);
        return value is null or double.NaN ? null : new Scalar(Type(array), value);
    }

    private static IArrowType Type(IArrowArray array) => array switch
    {
        ExtensionArray extension => extension.Storage.Data.DataType,
        DictionaryArray dictionary => dictionary.Dictionary.Data.DataType,
        _ => array.Data.DataType,
    };

    private static object? Value(IArrowArray array, int row) => array switch
    {
        ExtensionArray a => Value(a.Storage, row),
        BooleanArray a => a.GetValue(row),
        Int8Array a => (long)a.Values[row],
        Int16Array a => (long)a.Values[row],
        Int32Array a => (long)a.Values[row],
        Int64Array a => a.Values[row],
        UInt8Array a => (long)a.Values[row],
        UInt16Array a => (long)a.Values[row],
        UInt32Array a => (long)a.Values[row],
        UInt64Array a => a.Values[row],
        HalfFloatArray a => (double)a.Values[row],
        FloatArray a => (double)a.Values[row],
        DoubleArray a => a.Values[row],
        Date32Array a => (long)a.Values[row],
        Time32Array a => (long)a.Values[row],
        Time64Array a => a.Values[row],
        TimestampArray a => a.Values[row],
        Decimal32Array or Decimal64Array or Decimal128Array or Decimal256Array => new BigInteger(((FixedSizeBinaryArray)array).GetBytes(row)),
        FixedSizeBinaryArray a => a.GetBytes(row).ToArray(),
        BinaryArray a => a.GetBytes(row).ToArray(),
        LargeBinaryArray a => a.GetBytes(row).ToArray(),
        BinaryViewArray a => a.GetBytes(row).ToArray(),
        _ => null,
    };
}
