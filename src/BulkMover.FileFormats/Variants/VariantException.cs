namespace BulkMover.FileFormats.Variants;

/// <summary>The bytes are no variant that can be read. The message continues "column 'c' of 'file' holds a broken variant: …".</summary>
internal sealed class VariantException(string message) : Exception(message)
{
    /// <summary>The variant may be a valid one of a kind, or size, that is not read here.</summary>
    public bool IsUnsupported { get; init; }
}
