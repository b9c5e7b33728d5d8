using BulkMover.Core.Errors;

namespace BulkMover.FileFormats.Avro;

/// <summary>Reads the blocks of a run that is in memory, one after the other.</summary>
/// <param name="run">Their bytes.</param>
/// <param name="file">The file.</param>
internal sealed class BlockReader(ReadOnlyMemory<byte> run, AvroScanFile file) : IDisposable
{
    private readonly AvroCodec codec = file.NewCodec();
    private ReadOnlyMemory<byte> left = run;

    /// <summary>The next block, valid until the next call; null behind the last one.</summary>
    /// <exception cref="CorruptTableException">It does not decompress, or its bytes do not form a block.</exception>
    public AvroBlock? Next()
    {
        if (left.IsEmpty)
            return null;
        var decoder = new AvroDecoder(left.Span, file.Name);
        long records = decoder.ReadLong();
        ReadOnlySpan<byte> stored = decoder.ReadBytes();
        int start = left.Length - decoder.Remaining - stored.Length;
        if (!decoder.ReadFixed(file.Marker.Length).SequenceEqual(file.Marker.Span))
            throw decoder.Corrupt("the marker after a block is wrong");

        ReadOnlyMemory<byte> data = codec.Decompress(left.Slice(start, stored.Length));
        if (records < 0 || records > file.Record.MaxValues(data.Length))
            throw decoder.Corrupt($"a block of {data.Length:N0} bytes claims {records:N0} records");
        left = left[^decoder.Remaining..];
        return new AvroBlock(records, data);
    }

    /// <summary>The last block is no longer valid.</summary>
    public void Dispose() => codec.Dispose();
}
