using System.Numerics;

namespace BulkMover.FileFormats.Parquet.Metadata;

/// <summary>A node of the schema as the footer lists it, depth first (parquet.thrift, <c>SchemaElement</c>).</summary>
internal sealed record SchemaElement
{
    public required string Name { get; init; }

    /// <summary>Null for groups.</summary>
    public PhysicalType? Type { get; init; }

    /// <summary>Bytes of a value of type FIXED_LEN_BYTE_ARRAY.</summary>
    public int? TypeLength { get; init; }

    public Repetition Repetition { get; init; }

    /// <summary>Null for leaves.</summary>
    public int? ChildCount { get; init; }

    public ConvertedType? Converted { get; init; }

    /// <summary>Beside <see cref="ConvertedType.Decimal"/>.</summary>
    public int? Scale { get; init; }

    /// <summary>Beside <see cref="ConvertedType.Decimal"/>.</summary>
    public int? Precision { get; init; }

    public int? FieldId { get; init; }

    public LogicalType? Logical { get; init; }

    /// <summary>Bits and sign, when it has 8 or 16 of the 32 bits that are stored.</summary>
    public (int Bits, bool IsSigned)? SmallInteger => Type != PhysicalType.Int32 ? null : (Logical, Converted) switch
    {
        ({ Kind: LogicalTypeKind.Integer, BitWidth: 8 or 16 }, _) => (Logical.BitWidth, Logical.IsSigned),
        (null, ConvertedType.Int8) => (8, true),
        (null, ConvertedType.Int16) => (16, true),
        (null, ConvertedType.UInt8) => (8, false),
        (null, ConvertedType.UInt16) => (16, false),
        _ => null,
    };

    /// <summary>A decimal in a larger type than its digits need: which are 32 bits for up to 9, 64 bits for up to 18, and for any number of them the fewest bytes that hold them.</summary>
    public bool IsWideDecimal => Decimal is { Precision: var digits } && (Type, digits) switch
    {
        (PhysicalType.Int32, <= 9) or (PhysicalType.Int64, > 9 and <= 18) => false,
        (PhysicalType.FixedLenByteArray, _) => TypeLength != (BigInteger.Pow(10, digits) - 1).GetByteCount(),
        _ => true,
    };

    /// <summary>Digits in all and after the point, when it is a decimal.</summary>
    public (int Precision, int Scale)? Decimal => (Logical?.Kind, Converted) switch
    {
        (LogicalTypeKind.Decimal, _) => (Logical.Precision, Logical.Scale),
        (null, ConvertedType.Decimal) => (Precision ?? 0, Scale ?? 0),
        _ => null,
    };
}
