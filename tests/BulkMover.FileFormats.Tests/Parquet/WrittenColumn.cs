using System.Buffers.Binary;
using System.Numerics;
using Apache.Arrow.Types;
using BulkMover.FileFormats.Parquet.Images;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>Holds what a file tells of one column chunk to the values that were written into it, by parquet.thrift and nothing of ours but the page header.</summary>
/// <param name="file">All its bytes.</param>
/// <param name="chunk">parquet.thrift, <c>ColumnChunk</c>.</param>
/// <param name="type">Of the values.</param>
/// <param name="values">In the forms of <see cref="Core.Types.Scalar.Value"/>.</param>
internal sealed class WrittenColumn(byte[] file, ThriftTree chunk, IArrowType type, IReadOnlyList<object?> values)
{
    private readonly List<string> problems = [];

    private ThriftTree Metadata => chunk.Struct(3);

    /// <summary>Number of its data pages, when it has been checked.</summary>
    public int Pages { get; private set; }

    /// <summary>Whether it has bounds, when it has been checked.</summary>
    public bool HasBounds { get; private set; }

    public bool HasPageBounds { get; private set; }

    /// <returns>What is not true; empty as it should be.</returns>
    public IReadOnlyList<string> Problems()
    {
        Check(Metadata.Integer(5) == values.Count, $"num_values is {Metadata.Integer(5)} of {values.Count}");
        CheckStatistics(Metadata.Struct(12), values, "chunk");
        HasBounds = Metadata.Struct(12).Has(5);
        CheckSizes();
        CheckPages();
        return problems;
    }

    private void CheckStatistics(ThriftTree statistics, IReadOnlyList<object?> within, string where)
    {
        int nulls = within.Count(value => value is null);
        Check(statistics.Has(3) && statistics.Integer(3) == nulls, $"{where}: null_count is not {nulls}");
        // Deprecated and ordered by sign: "min" and "max" are right only where both orders agree.
        Check(!(type is StringType or BinaryType or UInt64Type) || !(statistics.Has(1) || statistics.Has(2)), $"{where}: has min or max of the old order");
        Check(statistics.Has(5) == statistics.Has(6), $"{where}: has one bound");
        if (statistics.Has(5) && statistics.Has(6))
            CheckBounds(statistics.Binary(6), statistics.Binary(5), within, where, IsExact(statistics, 8), IsExact(statistics, 7));
    }

    private static bool IsExact(ThriftTree statistics, int id) => statistics.Has(id) && statistics.Boolean(id);

    private void CheckBounds(byte[] min, byte[] max, IReadOnlyList<object?> within, string where, bool isMinExact, bool isMaxExact)
    {
        (object lower, object upper) = (Decode(min), Decode(max));
        Check(lower is not double.NaN && upper is not double.NaN, $"{where}: a bound is NaN");
        // parquet.thrift, ColumnOrder: "If the min is +0, the row group may contain -0 values as well", so writers have to write -0, and +0 as max.
        Check(!(lower is double and 0 && !double.IsNegative((double)lower)), $"{where}: min is +0");
        Check(!(upper is double and 0 && double.IsNegative((double)upper)), $"{where}: max is -0");
        object[] ordered = [.. within.Where(value => value is not null and not double.NaN)!];
        Check(ordered.Length > 0, $"{where}: has bounds without values");
        Check(ordered.All(value => Order(lower, value) <= 0), $"{where}: a value is below min");
        Check(ordered.All(value => Order(upper, value) >= 0), $"{where}: a value is above max");
        Check(!isMinExact || ordered.Any(value => Order(lower, value) == 0), $"{where}: min is said to be a value");
        Check(!isMaxExact || ordered.Any(value => Order(upper, value) == 0), $"{where}: max is said to be a value");
    }

    /// <summary>parquet.thrift, <c>SizeStatistics</c>.</summary>
    private void CheckSizes()
    {
        if (!Metadata.Has(16))
            return;
        ThriftTree sizes = Metadata.Struct(16);
        long bytes = values.OfType<byte[]>().Sum(value => (long)value.Length);
        Check(!sizes.Has(1) || sizes.Integer(1) == bytes, "unencoded_byte_array_data_bytes are not those of the values");
        int nulls = values.Count(value => value is null);
        Check(!sizes.Has(3) || sizes.List(3).SequenceEqual([(long)nulls, (long)(values.Count - nulls)]), "definition_level_histogram is not that of the values");
    }

    private void CheckPages()
    {
        ThriftTree offsets = At(4, 5);
        long offset = Metadata.Has(11) ? Metadata.Integer(11) : Metadata.Integer(9), end = offset + Metadata.Integer(7), uncompressed = 0;
        int row = 0;
        for (; offset < end;)
        {
            PageHeader page = PageHeader.Parse(file.AsSpan((int)offset..(int)end));
            long bytes = page.HeaderBytes + (long)page.CompressedBytes;
            uncompressed += page.HeaderBytes + page.UncompressedBytes;
            if (page.Kind != PageKind.Dictionary)
            {
                Check(Pages > 0 || offset == Metadata.Integer(9), "data_page_offset is not that of the first data page");
                ThriftTree location = offsets.Struct(1, Pages);
                Check(location.Integer(1) == offset && location.Integer(2) == bytes && location.Integer(3) == row, $"page {Pages}: the offset index has it elsewhere");
                object?[] within = [.. values.Skip(row).Take((int)page.Values)];
                CheckHeader(ThriftTree.Parse(file.AsSpan((int)offset, page.HeaderBytes)), within, $"page {Pages}");
                if (chunk.Has(6))
                    CheckIndex(Pages, within);
                row += (int)page.Values;
                Pages++;
            }

            offset += bytes;
        }

        Check(offset == end, "its pages do not end where the chunk ends");
        Check(uncompressed == Metadata.Integer(6), $"total_uncompressed_size is {Metadata.Integer(6)} and not {uncompressed}");
        Check(row == values.Count, $"its pages have {row} values of {values.Count}");
        Check(offsets.List(1).Count == Pages, "the offset index has another number of pages");
        HasPageBounds = chunk.Has(6);
        if (HasPageBounds)
            CheckBoundaryOrder(At(6, 7));
    }

    private void CheckHeader(ThriftTree header, object?[] within, string where)
    {
        if (header.Has(8))
            Check(header.Struct(8).Integer(2) == within.Count(value => value is null) && header.Struct(8).Integer(3) == within.Length, $"{where}: counts of its header are wrong");
        (int kind, int field) = header.Has(8) ? (8, 8) : (5, 5);
        if (header.Struct(kind).Has(field))
            CheckStatistics(header.Struct(kind).Struct(field), within, $"{where}, header");
    }

    private void CheckIndex(int page, object?[] within)
    {
        ThriftTree index = At(6, 7);
        int nulls = within.Count(value => value is null);
        Check(!index.Has(5) || (long)index.List(5)[page] == nulls, $"page {page}: null_counts is not {nulls}");
        bool isNull = (bool)index.List(1)[page];
        Check(isNull == (nulls == within.Length), $"page {page}: null_pages is {isNull}");
        (byte[] min, byte[] max) = ((byte[])index.List(2)[page], (byte[])index.List(3)[page]);
        if (!isNull)
            CheckBounds(min, max, within, $"page {page}, index", isMinExact: false, isMaxExact: false);
        else
            Check(min.Length == 0 && max.Length == 0, $"page {page}: has bounds and only nulls");
    }

    /// <summary>parquet.thrift, <c>BoundaryOrder</c>: of all pages but those of nulls, both bounds ascend or descend.</summary>
    private void CheckBoundaryOrder(ThriftTree index)
    {
        int[] pages = [.. Enumerable.Range(0, Pages).Where(page => !(bool)index.List(1)[page])];
        int sign = index.Integer(4) switch { 1 => 1, 2 => -1, _ => 0 };
        foreach (int list in (int[])[2, 3])
        {
            object[] bounds = [.. pages.Select(page => Decode((byte[])index.List(list)[page]))];
            Check(bounds.Zip(bounds.Skip(1)).All(pair => Order(pair.First, pair.Second) * sign <= 0), "boundary_order is not that of the pages");
        }
    }

    private ThriftTree At(int offset, int length) => ThriftTree.Parse(file.AsSpan((int)chunk.Integer(offset), (int)chunk.Integer(length)));

    /// <summary>A bound in the form of the values (Encodings.md, "PLAIN"; byte arrays without their length).</summary>
    private object Decode(byte[] bound) => type switch
    {
        BooleanType => bound[0] != 0,
        Int32Type or Date32Type => (long)BinaryPrimitives.ReadInt32LittleEndian(bound),
        UInt64Type => BinaryPrimitives.ReadUInt64LittleEndian(bound),
        Int64Type or TimestampType => BinaryPrimitives.ReadInt64LittleEndian(bound),
        FloatType => (double)BinaryPrimitives.ReadSingleLittleEndian(bound),
        DoubleType => BinaryPrimitives.ReadDoubleLittleEndian(bound),
        Decimal128Type { Precision: <= 9 } => new BigInteger(BinaryPrimitives.ReadInt32LittleEndian(bound)),
        Decimal128Type { Precision: <= 18 } => new BigInteger(BinaryPrimitives.ReadInt64LittleEndian(bound)),
        Decimal128Type => new BigInteger(bound, isUnsigned: false, isBigEndian: true),
        _ => bound,
    };

    /// <summary>parquet.thrift, <c>ColumnOrder</c>.</summary>
    private static int Order(object left, object right) => (left, right) switch
    {
        (byte[] a, byte[] b) => a.AsSpan().SequenceCompareTo(b),
        (double a, double b) => a < b ? -1 : a > b ? 1 : 0,
        _ => ((IComparable)left).CompareTo(right),
    };

    private void Check(bool isTrue, string problem)
    {
        if (!isTrue)
            problems.Add(problem);
    }
}
