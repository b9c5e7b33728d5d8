using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Stores;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;
using BulkMover.FileFormats.Parquet.Writing;
using BulkMover.ObjectStores.Local;
using BulkMover.Testing.Batches;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>Readers leave out what statistics rule out, so all that our files tell of their values has to be true.</summary>
public sealed class WrittenFileTests
{
    /// <summary>Enough that a column has several pages.</summary>
    private const int ManyRows = 30_000;

    private static readonly Schema Columns = new(
    [
        new Field("i", Int32Type.Default, true), new Field("l", Int64Type.Default, true), new Field("u", UInt64Type.Default, true), new Field("f", FloatType.Default, true),
        new Field("d", DoubleType.Default, true), new Field("s", StringType.Default, true), new Field("b", BinaryType.Default, true), new Field("p", BooleanType.Default, true),
        new Field("day", Date32Type.Default, true), new Field("at", new TimestampType(TimeUnit.Microsecond, "UTC"), true), new Field("m", new Decimal128Type(30, 4), true),
        new Field("m9", new Decimal128Type(9, 2), true), new Field("m18", new Decimal128Type(18, 6), true),
    ], null);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public async Task Write_RandomRows_PagesIndexAndStatisticsAreTrue(int seed, bool hasDictionaries)
    {
        var random = new Random(seed);
        object?[][][] rowGroups = [.. ((int[])[1, 50, ManyRows, 200, 7]).Select(rows => Columns.FieldsList.Select(field => Values(field.DataType, rows, random)).ToArray())];

        WrittenColumn[] checkedColumns = await CheckAsync(Columns, rowGroups, new ParquetWriteOptions { HasDictionaries = hasDictionaries }, random);

        Assert.Contains(checkedColumns, column => column.Pages > 1);
        Assert.Contains(checkedColumns, column => column.HasPageBounds && column.Pages > 1);
    }

    [Theory]
    [InlineData("d", double.NaN)]
    [InlineData("f", double.NaN)]
    [InlineData("d", null)]
    [InlineData("s", null)]
    public async Task Write_OnlyNaNsOrNulls_HasNoBounds(string name, object? value)
    {
        Field field = Columns.GetFieldByName(name);
        WrittenColumn column = Assert.Single(await CheckAsync(new Schema([field], null), [[[.. Enumerable.Repeat(value, 100)]]], new ParquetWriteOptions(), new Random(1)));

        Assert.False(column.HasBounds);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_OnlyZerosOfOneSign_BoundsHoldBothZeros(bool isNegative)
    {
        double zero = isNegative ? -0.0 : 0.0;
        Field field = Columns.GetFieldByName("d");
        WrittenColumn column = Assert.Single(await CheckAsync(new Schema([field], null), [[[zero, zero, double.NaN, null]]], new ParquetWriteOptions(), new Random(1)));

        Assert.True(column.HasBounds);
    }

    [Fact]
    public async Task Write_TextsThatDifferBehindThousandsOfCharacters_BoundsAreTrueOrMissing()
    {
        Field field = Columns.GetFieldByName("s");
        byte[] Long(string end) => Encoding.UTF8.GetBytes(new string('z', 5_000) + end);

        await CheckAsync(new Schema([field], null), [[[Long("a"), Long("😀"), Long(""), null]], [[Long("é"), Long("f")]]], new ParquetWriteOptions(), new Random(1));
    }

    [Fact]
    public async Task Write_StatisticsTurnedOff_TellsNoBounds()
    {
        using var directory = new TemporaryDirectory();
        Location location = directory.LocationOf("f.parquet");
        ParquetFooter footer = await WriteAsync(
            location, Columns, [[.. Columns.FieldsList.Select(field => Values(field.DataType, 100, new Random(1)))]], new ParquetWriteOptions { HasStatistics = false }, new Random(1));

        Assert.All(footer.Metrics, leaf => Assert.Equal((null, null), (leaf.Lower, leaf.Upper)));
    }

    /// <summary>Writes the values and holds all that the file tells to them.</summary>
    private static async Task<WrittenColumn[]> CheckAsync(Schema schema, object?[][][] rowGroups, ParquetWriteOptions options, Random random)
    {
        using var directory = new TemporaryDirectory();
        Location location = directory.LocationOf("f.parquet");
        ParquetFooter footer = await WriteAsync(location, schema, rowGroups, options, random);

        byte[] bytes = await File.ReadAllBytesAsync(location.Path, Token);
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(bytes.Length - 8));
        ThriftTree written = ThriftTree.Parse(bytes.AsSpan(bytes.Length - 8 - length, length));
        // FileMetaData: 3 num_rows, 4 row_groups, 7 column_orders; ColumnOrder: 1 TYPE_ORDER. RowGroup: 1 columns, 2 total_byte_size, 3 num_rows.
        Assert.Equal(rowGroups.Sum(group => (long)group[0].Length), written.Integer(3));
        Assert.All(Enumerable.Range(0, schema.FieldsList.Count), i => Assert.True(written.Struct(7, i).Has(1)));
        var columns = new List<WrittenColumn>();
        var problems = new List<string>();
        for (int group = 0; group < rowGroups.Length; group++)
        {
            ThriftTree rowGroup = written.Struct(4, group);
            Assert.Equal(rowGroups[group][0].Length, rowGroup.Integer(3));
            Assert.Equal(Enumerable.Range(0, schema.FieldsList.Count).Sum(i => rowGroup.Struct(1, i).Struct(3).Integer(6)), rowGroup.Integer(2));
            for (int i = 0; i < schema.FieldsList.Count; i++)
            {
                var column = new WrittenColumn(bytes, rowGroup.Struct(1, i), schema.FieldsList[i].DataType, rowGroups[group][i]);
                problems.AddRange(column.Problems().Select(problem => $"row group {group}, column '{schema.FieldsList[i].Name}': {problem}"));
                columns.Add(column);
            }
        }

        problems.AddRange(MetricsProblems(footer, schema, rowGroups));
        Assert.Empty(problems);
        return [.. columns];
    }

    /// <summary>What comes into tables' metadata.</summary>
    private static IEnumerable<string> MetricsProblems(ParquetFooter footer, Schema schema, object?[][][] rowGroups)
    {
        for (int i = 0; i < schema.FieldsList.Count; i++)
        {
            LeafMetrics leaf = footer.Metrics[i];
            object?[] all = [.. rowGroups.SelectMany(group => group[i])];
            if (leaf.Values != all.Length || leaf.Nulls != all.Count(value => value is null))
                yield return $"metrics of '{leaf.Path[0]}' count wrong";
            if (leaf.Nans != (schema.FieldsList[i].DataType is FloatType or DoubleType ? all.Count(value => value is double.NaN) : null))
                yield return $"metrics of '{leaf.Path[0]}' count {leaf.Nans} NaNs";
            foreach (object value in all.Where(value => value is not null and not double.NaN)!)
            {
                var scalar = new Scalar(leaf.Lower?.Type ?? schema.FieldsList[i].DataType, value);
                if ((leaf.Lower is { } lower && ScalarComparer.Compare(lower, scalar) > 0) || (leaf.Upper is { } upper && ScalarComparer.Compare(upper, scalar) < 0))
                {
                    yield return $"metrics of '{leaf.Path[0]}' do not bound a value";
                    break;
                }
            }
        }
    }

    private static async Task<ParquetFooter> WriteAsync(Location location, Schema schema, object?[][][] rowGroups, ParquetWriteOptions options, Random random)
    {
        var arrays = new TestArrays(MemoryAllocator.Default.Value, random);
        await using var writer = new ParquetFileWriter(await new LocalObjectStore(location.Parent).CreateAsync(location, knownBytes: null, Token), location, schema, options);
        foreach (object?[][] columns in rowGroups)
        {
            // Rows come in several batches, and lie somewhere in their buffers.
            int rows = columns[0].Length, first = random.Next(rows + 1);
            (int From, int Rows)[] parts = [(0, first), (first, rows - first)];
            RecordBatch[] batches = [.. parts.Where(part => part.Rows > 0).Select(part => new RecordBatch(
                schema, schema.FieldsList.Select((field, i) => arrays.Build(field.DataType, columns[i].AsSpan(part.From, part.Rows).ToArray(), offset: random.Next(9))), part.Rows))];
            await writer.WriteRowGroupAsync(batches, Token);
            foreach (RecordBatch batch in batches)
                batch.Dispose();
        }

        return await writer.CompleteAsync(Token);
    }

    /// <summary>Parts of the rows have something in common, so that pages differ.</summary>
    private static object?[] Values(IArrowType type, int rows, Random random)
    {
        var values = new List<object?>(rows);
        while (values.Count < rows)
        {
            (int part, int kind) = (Math.Min(rows - values.Count, 1 + random.Next(12_000)), random.Next(7));
            object? same = Value(type, random);
            for (int i = 0; i < part; i++)
            {
                values.Add(kind switch
                {
                    0 => null,
                    1 => same,
                    2 => random.Next(3) == 0 ? null : same,
                    3 when type is FloatType or DoubleType => double.NaN,
                    _ => random.Next(10) == 0 ? null : Value(type, random),
                });
            }
        }

        return [.. values];
    }

    private static object Value(IArrowType type, Random random) => type switch
    {
        BooleanType => random.Next(2) == 0,
        Int32Type or Date32Type => random.Next(20) switch { 0 => (long)int.MinValue, 1 => (long)int.MaxValue, _ => (long)random.Next(-1000, 1000) },
        UInt64Type => random.Next(20) switch { 0 => ulong.MaxValue, 1 => 0ul, _ => (ulong)random.NextInt64() << 1 },
        Int64Type or TimestampType => random.Next(20) switch { 0 => long.MinValue, 1 => long.MaxValue, _ => random.NextInt64(-1_000_000, 1_000_000) },
        FloatType => (double)(float)Number(random),
        DoubleType => Number(random),
        Decimal128Type { Precision: <= 18 and var digits } => new BigInteger(random.NextInt64() % (long)Math.Pow(10, digits)) * (random.Next(3) - 1),
        Decimal128Type => new BigInteger(random.NextInt64()) * (random.Next(3) - 1) * random.Next(1_000_000),
        StringType => Encoding.UTF8.GetBytes(random.Next(40) switch
        {
            0 => new string('x', 5_000) + (char)random.Next('a', 'z'),
            < 8 => "",
            < 14 => "😀" + random.Next(9),
            < 20 => "\uFFFD" + random.Next(9),
            _ => $"text {random.Next(100_000)}",
        }),
        _ => random.Next(4) switch { 0 => [], 1 => [0xFF, 0xFF, (byte)random.Next(256)], _ => BitConverter.GetBytes(random.NextInt64()) },
    };

    private static double Number(Random random) => random.Next(12) switch
    {
        0 => double.NaN,
        1 => 0.0,
        2 => -0.0,
        3 => random.Next(50) == 0 ? double.PositiveInfinity : 1,
        4 => random.Next(50) == 0 ? double.NegativeInfinity : -1,
        _ => random.NextDouble() - 0.5,
    };
}
