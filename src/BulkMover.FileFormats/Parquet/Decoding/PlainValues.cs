namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Values back to back (Encodings.md, "PLAIN").</summary>
internal sealed class PlainValues : FixedValues
{
    private ReadOnlyMemory<byte> rest;

    public override void Begin(ReadOnlyMemory<byte> page) => rest = page;

    public override void Read(Span<byte> values)
    {
        if (values.Length > rest.Length)
            throw new InvalidDataException($"a page has {rest.Length} bytes where values take {values.Length}");
        rest.Span[..values.Length].CopyTo(values);
        rest = rest[values.Length..];
    }
}
