using ParquetSharp;

namespace BulkMover.Datasets.Lineitem;

/// <summary>Some consecutive rows as columns in Parquet's physical types. Reused for each slice; decimals are in hundredths, dates in days since 1970.</summary>
internal sealed class LineitemSlice
{
    /// <summary>Small enough to stay in the processor's cache, large enough that calls into the writer do not count.</summary>
    public const int MaxRows = 16 * 1024;

    public readonly long[] OrderKey = new long[MaxRows];
    public readonly long[] PartKey = new long[MaxRows];
    public readonly long[] SuppKey = new long[MaxRows];
    public readonly int[] LineNumber = new int[MaxRows];
    public readonly long[] Quantity = new long[MaxRows];
    public readonly long[] ExtendedPrice = new long[MaxRows];
    public readonly long[] Discount = new long[MaxRows];
    public readonly long[] Tax = new long[MaxRows];
    public readonly ByteArray[] ReturnFlag = new ByteArray[MaxRows];
    public readonly ByteArray[] LineStatus = new ByteArray[MaxRows];
    public readonly int[] ShipDate = new int[MaxRows];
    public readonly int[] CommitDate = new int[MaxRows];
    public readonly int[] ReceiptDate = new int[MaxRows];
    public readonly ByteArray[] ShipInstruct = new ByteArray[MaxRows];
    public readonly ByteArray[] ShipMode = new ByteArray[MaxRows];
    public readonly ByteArray[] Comment = new ByteArray[MaxRows];
}
