using System.Numerics;
using Apache.Arrow.Types;
using ParquetSharp;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;
using TimeUnit = Apache.Arrow.Types.TimeUnit;

namespace BulkMover.FileFormats.Tests.Parquet.Decoding;

/// <summary>Types and properties that files are written with at random.</summary>
internal static class AnyFile
{
    /// <summary>Types of leaves, each with a value for any number from 0 on.</summary>
    public static readonly (IArrowType Type, Func<int, object> Value)[] Types =
    [
        (BooleanType.Default, i => i % 3 == 0),
        (Int8Type.Default, i => (long)(sbyte)i),
        (UInt16Type.Default, i => (long)(i % 65_536)),
        (Int32Type.Default, i => (long)(i % 2 == 0 ? int.MinValue + i : int.MaxValue - i)),
        (Int64Type.Default, i => i % 2 == 0 ? long.MinValue + i : long.MaxValue - i),
        (UInt64Type.Default, i => ulong.MaxValue - (ulong)i),
        (FloatType.Default, i => i / 4.0),
        (DoubleType.Default, i => i / 3.0),
        (HalfFloatType.Default, i => i % 100 / 4.0),
        (Date32Type.Default, i => (long)i),
        (new Time64Type(TimeUnit.Microsecond), i => (long)i * 1_000_003 % 86_400_000_000),
        (new TimestampType(TimeUnit.Millisecond, "UTC"), i => 1_600_000_000_000L + i),
        (new TimestampType(TimeUnit.Nanosecond, (string?)null), i => 1_600_000_000_000_000_000L + i),
        (StringType.Default, i => Text(new string((char)('a' + (i % 26)), i % 71))),
        (BinaryType.Default, i => new byte[] { (byte)i, (byte)(i >> 8) }[..(i % 3)]),
        (new FixedSizeBinaryType(5), i => new byte[] { 1, 2, 3, (byte)(i / 256), (byte)i }),
        (new FixedSizeBinaryType(16), i => new byte[16]),
        (new Decimal128Type(7, 2), i => new BigInteger((i % 2 == 0 ? 1 : -1) * i)),
        (new Decimal128Type(38, 4), i => BigInteger.Pow(10, 33) * (i - 1500)),
        (new Decimal256Type(60, 4), i => BigInteger.Pow(10, 50) * (i - 1500)),
    ];

    private static readonly Compression[] Codecs =
        [Compression.Uncompressed, Compression.Snappy, Compression.Gzip, Compression.Brotli, Compression.Zstd, Compression.Lz4];

    /// <summary>Any codec, version of pages, encodings, and sizes of pages and dictionaries.</summary>
    /// <param name="builder">What is set.</param>
    /// <param name="leaves">The file's leaf columns.</param>
    /// <param name="random">Chooses.</param>
    public static void Configure(WriterPropertiesBuilder builder, IEnumerable<(string Path, IArrowType Type)> leaves, Random random)
    {
        builder.Compression(Codecs[random.Next(Codecs.Length)]).DataPageVersion(random.Next(2) == 0 ? ParquetDataPageVersion.V1 : ParquetDataPageVersion.V2);
        if (random.Next(2) == 0)
            builder.EnablePageChecksum();
        if (random.Next(2) == 0)
            builder.WriteBatchSize(random.Next(1, 300)).DataPagesize(random.Next(1, 3000));
        switch (random.Next(3))
        {
            case 0:
                builder.DictionaryPagesizeLimit(random.Next(10, 1000));
                break;
            case 1:
                builder.DisableDictionary();
                foreach ((string path, IArrowType type) in leaves)
                    builder.Encoding(path, EncodingFor(type, random));
                break;
        }
    }

    private static Encoding EncodingFor(IArrowType type, Random random) => (type, random.Next(3)) switch
    {
        (_, 0) => Encoding.Plain,
        (BooleanType, _) => Encoding.Rle,
        (StringType or BinaryType, 1) => Encoding.DeltaLengthByteArray,
        (StringType or BinaryType, _) => Encoding.DeltaByteArray,
        // Decimals and halves are fixed binary too.
        (FixedSizeBinaryType or HalfFloatType, 1) => Encoding.DeltaByteArray,
        (FloatType or DoubleType or HalfFloatType or FixedSizeBinaryType, _) => Encoding.ByteStreamSplit,
        (_, 1) => Encoding.DeltaBinaryPacked,
        _ => Encoding.ByteStreamSplit,
    };
}
