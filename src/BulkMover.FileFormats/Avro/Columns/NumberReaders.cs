namespace BulkMover.FileFormats.Avro.Columns;

/// <summary>Reads one number. Implemented by structs, so that the loop over them has no calls.</summary>
internal interface INumberReader<T>
{
    static abstract T Read(ref AvroDecoder input);
}

internal readonly struct IntReader : INumberReader<int>
{
    public static int Read(ref AvroDecoder input) => input.ReadInt();
}

internal readonly struct LongReader : INumberReader<long>
{
    public static long Read(ref AvroDecoder input) => input.ReadLong();
}

internal readonly struct FloatReader : INumberReader<float>
{
    public static float Read(ref AvroDecoder input) => input.ReadFloat();
}

internal readonly struct DoubleReader : INumberReader<double>
{
    public static double Read(ref AvroDecoder input) => input.ReadDouble();
}
