using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.FileFormats.Parquet;

/// <summary>Reads the version of a file that its footer was read from: what that tells does not hold of another one that has its name now.</summary>
internal sealed class PinnedReader : IRangeReader
{
    private readonly IRangeReader reader;
    private readonly Location file;
    private readonly string version;

    private PinnedReader(IRangeReader reader, Location file, string version) => (this.reader, this.file, this.version) = (reader, file, version);

    public long Length => reader.Length;

    public string? Version => reader.Version;

    /// <summary>Opens a file.</summary>
    /// <param name="store">Where it lies.</param>
    /// <param name="file">The file.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="version">As <see cref="IRangeReader.Version"/>; null for whatever there is.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public static async ValueTask<IRangeReader> OpenAsync(IObjectStore store, Location file, long bytes, string? version, CancellationToken cancellationToken)
    {
        IRangeReader reader = await store.OpenAsync(file, bytes, cancellationToken);
        return version is null ? reader : new PinnedReader(reader, file, version);
    }

    /// <exception cref="EnvironmentException">It is another version. To read again is in vain as long as that footer is kept.</exception>
    public async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(offset, destination, cancellationToken);
        if (destination.Length > 0 && reader.Version != version)
            throw new EnvironmentException("parquet.file_changed", $"'{file}' was replaced while the table was read. Run the command again.");
    }

    public ValueTask DisposeAsync() => reader.DisposeAsync();
}
