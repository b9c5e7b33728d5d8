using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;
using BulkMover.FileFormats.Parquet.Thrift;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.FooterBytes;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>LogicalTypes.md: what physical types with their annotations, old and new, are read as.</summary>
public sealed class LogicalTypesTests
{
    private const int Int32 = 1, Int64 = 2, Float = 4, Double = 5, ByteArray = 6, FixedLenByteArray = 7;

    [Theory]
    [InlineData("bool", 0, null)]
    [InlineData("int32", Int32, null)]
    [InlineData("int64", Int64, null)]
    [InlineData("timestamp(us)", 3, null)]
    [InlineData("float", Float, null)]
    [InlineData("double", Double, null)]
    [InlineData("binary", ByteArray, null)]
    [InlineData("fixed_size_binary(12)", FixedLenByteArray, null)]
    [InlineData("string", ByteArray, 0)]
    [InlineData("string", ByteArray, 4)]
    [InlineData("date32", Int32, 6)]
    [InlineData("time32(ms)", Int32, 7)]
    [InlineData("time64(us)", Int64, 8)]
    [InlineData("timestamp(ms, UTC)", Int64, 9)]
    [InlineData("timestamp(us, UTC)", Int64, 10)]
    [InlineData("uint8", Int32, 11)]
    [InlineData("uint16", Int32, 12)]
    [InlineData("uint32", Int32, 13)]
    [InlineData("uint64", Int64, 14)]
    [InlineData("int8", Int32, 15)]
    [InlineData("int16", Int32, 16)]
    [InlineData("int32", Int32, 17)]
    [InlineData("int64", Int64, 18)]
    [InlineData("string", ByteArray, 19)]
    [InlineData("binary", ByteArray, 20)]
    public void Of_ConvertedType_IsReadAsItsLogicalType(string expected, int physical, int? converted) =>
        Assert.Equal(expected, TypeOf(Column("c", physical, converted)));

    public static TheoryData<string, int, string> Logical() => new()
    {
        { "string", ByteArray, "STRING" },
        { "string", ByteArray, "ENUM" },
        { "date32", Int32, "DATE" },
        { "time32(ms)", Int32, "TIME ms local" },
        { "time64(us)", Int64, "TIME us utc" },
        { "time64(ns)", Int64, "TIME ns local" },
        { "timestamp(ms)", Int64, "TIMESTAMP ms local" },
        { "timestamp(us, UTC)", Int64, "TIMESTAMP us utc" },
        { "timestamp(ns)", Int64, "TIMESTAMP ns local" },
        { "timestamp(ns, UTC)", Int64, "TIMESTAMP ns utc" },
        { "int8", Int32, "INT 8 signed" },
        { "uint8", Int32, "INT 8 unsigned" },
        { "int16", Int32, "INT 16 signed" },
        { "uint16", Int32, "INT 16 unsigned" },
        { "int32", Int32, "INT 32 signed" },
        { "uint32", Int32, "INT 32 unsigned" },
        { "int64", Int64, "INT 64 signed" },
        { "uint64", Int64, "INT 64 unsigned" },
        { "null", Int32, "UNKNOWN" },
        { "string", ByteArray, "JSON" },
        { "binary", ByteArray, "BSON" },
        { "decimal128(9, 2)", Int32, "DECIMAL 9 2" },
        { "decimal128(18, 18)", Int64, "DECIMAL 18 18" },
        { "decimal128(28, 0)", FixedLenByteArray, "DECIMAL 28 0" },
        { "decimal128(38, 10)", ByteArray, "DECIMAL 38 10" },
        { "decimal256(76, 5)", ByteArray, "DECIMAL 76 5" },
    };

    [Theory]
    [MemberData(nameof(Logical))]
    public void Of_LogicalType_IsReadAsIt(string expected, int physical, string logical) =>
        Assert.Equal(expected, TypeOf(Column("c", physical, logical: writer => Write(writer, logical))));

    /// <summary>"LogicalType replaces ConvertedType" (parquet.thrift, <c>SchemaElement</c>).</summary>
    [Theory]
    [InlineData("timestamp(us)", Int64, 10, "TIMESTAMP us local")]
    [InlineData("timestamp(ns, UTC)", Int64, 10, "TIMESTAMP ns utc")]
    [InlineData("uint32", Int32, 17, "INT 32 unsigned")]
    [InlineData("string", ByteArray, 20, "STRING")]
    [InlineData("date32", Int32, 7, "DATE")]
    public void Of_BothAnnotations_LogicalTypeWins(string expected, int physical, int converted, string logical) =>
        Assert.Equal(expected, TypeOf(Column("c", physical, converted, writer => Write(writer, logical))));

    /// <summary>"A precision too large for the underlying type is an error", and the other types that an annotation may stand on.</summary>
    [Theory]
    [InlineData(Int32, "DECIMAL 10 0")]
    [InlineData(Int64, "DECIMAL 19 0")]
    [InlineData(FixedLenByteArray, "DECIMAL 29 0")]
    [InlineData(Float, "DECIMAL 5 0")]
    [InlineData(Int32, "DECIMAL 5 6")]
    [InlineData(Int32, "DECIMAL 0 0")]
    [InlineData(Int32, "STRING")]
    [InlineData(Int64, "DATE")]
    [InlineData(Int32, "TIME us utc")]
    [InlineData(Int64, "TIME ms utc")]
    [InlineData(Int32, "TIMESTAMP ms utc")]
    [InlineData(Int32, "INT 64 signed")]
    [InlineData(Int64, "INT 32 signed")]
    [InlineData(Int64, "INT 8 signed")]
    [InlineData(Int32, "INT 7 signed")]
    [InlineData(ByteArray, "UUID")]
    [InlineData(FixedLenByteArray, "UUID")]
    [InlineData(FixedLenByteArray, "FLOAT16")]
    public void Of_AnnotationThatThePhysicalTypeCannotHave_ThrowsCorruptTable(int physical, string logical) =>
        Assert.Throws<CorruptTableException>(() => TypeOf(Column("c", physical, logical: writer => Write(writer, logical))));

    /// <summary>"Upon reading, unknown units must be handled as unsupported features (rather than as errors in the data files)."</summary>
    [Theory]
    [InlineData("TIMESTAMP ps utc")]
    [InlineData("TIME ps local")]
    public void Of_UnknownUnitOfTime_IsARefusedFeature(string logical) => Assert.Contains(
        FooterOf(Column("c", Int64, logical: writer => Write(writer, logical))).Features,
        feature => feature.State == FeatureState.Refused && feature.Name.Contains("in unit 4", StringComparison.Ordinal));

    public static TheoryData<IArrowType, IArrowType, int> TooLarge() => new()
    {
        { Int8Type.Default, Int8Type.Default, 128 },
        { Int8Type.Default, Int64Type.Default, -129 },
        { UInt8Type.Default, UInt8Type.Default, 256 },
        { UInt8Type.Default, Int32Type.Default, -1 },
        { Int16Type.Default, Int16Type.Default, 32_768 },
        { UInt16Type.Default, UInt16Type.Default, 65_536 },
        { UInt16Type.Default, UInt64Type.Default, -1 },
    };

    /// <summary>"If a stored value is larger than the maximum allowed by the annotation, the behavior is not defined": it is never cut.</summary>
    [Theory]
    [MemberData(nameof(TooLarge))]
    public async Task ReadAsync_IntegerLargerThanItsAnnotation_ThrowsValueOutOfRange(IArrowType annotated, IArrowType tableType, int stored)
    {
        using ParquetTestFile file = new ParquetTestFile().Write(new Schema([Field("c", Int32Type.Default)], null), [ArrayOf(Int32Type.Default, (long)stored)]);
        RewrittenFile.Change(file, rewritten =>
        {
            int bits = ((FixedWidthType)annotated).BitWidth;
            bool isSigned = annotated is Int8Type or Int16Type;
            rewritten.Footer.Remove(5);
            rewritten.Footer.Struct(2, 1).Set(10, new ThriftTree().Set(10, new ThriftTree().Set(1, bits, CompactType.Byte).Set(2, isSigned)));
        });

        await Assert.ThrowsAsync<ValueOutOfRangeException>(() => file.ReadAsync(new Schema([Field("c", tableType)], null)));
    }

    private static string TypeOf(Action<CompactWriter> column) => SourceType.Describe(FooterOf(column).Schema.FieldsList[0]);

    private static ParquetFooter FooterOf(Action<CompactWriter> column) => ParquetFooter.Of(FooterBytes.Write([column], []), Location.OnDisk("/somewhere.parquet"));

    /// <summary>The union <c>LogicalType</c>: its name, then its parameters as they are said.</summary>
    private static void Write(CompactWriter writer, string logical)
    {
        string[] words = logical.Split(' ');
        writer.BeginStruct(words[0] switch
        {
            "STRING" => 1, "ENUM" => 4, "DECIMAL" => 5, "DATE" => 6, "TIME" => 7, "TIMESTAMP" => 8, "INT" => 10, "UNKNOWN" => 11, "JSON" => 12, "BSON" => 13,
            "UUID" => 14, _ => 15,
        });
        switch (words[0])
        {
            case "DECIMAL":
                writer.Int32(1, int.Parse(words[2], null));
                writer.Int32(2, int.Parse(words[1], null));
                break;
            case "TIME" or "TIMESTAMP":
                writer.Boolean(1, words[2] == "utc");
                writer.BeginStruct(2);
                writer.EmptyStruct(words[1] switch { "ms" => 1, "us" => 2, "ns" => 3, _ => 4 });
                writer.End();
                break;
            case "INT":
                writer.Byte(1, sbyte.Parse(words[1], null));
                writer.Boolean(2, words[2] == "signed");
                break;
        }

        writer.End();
    }
}
