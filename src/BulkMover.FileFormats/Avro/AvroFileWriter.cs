using System.IO.Compression;
using System.Security.Cryptography;
using BulkMover.Core.Stores;

namespace BulkMover.FileFormats.Avro;

/// <summary>
/// Writes an Avro object container file record by record (Avro specification, "Object Container Files"), its blocks deflated. The caller
/// encodes each record into <see cref="Record"/>. Disposed without being completed it leaves nothing.
/// </summary>
public sealed class AvroFileWriter : IAsyncDisposable
{
    /// <summary>A reader holds one block; ten times as many bytes compress hardly better.</summary>
    private const int BlockBytes = 64 * 1024;

    private const int SyncBytes = 16;

    private readonly IObjectWriter output;
    private readonly byte[] sync = RandomNumberGenerator.GetBytes(SyncBytes);
    private readonly MemoryStream compressed = new();
    private readonly AvroEncoder frame = new();
    private long recordsInBlock;

    private AvroFileWriter(IObjectWriter output) => this.output = output;

    /// <summary>Where the next record is encoded.</summary>
    public AvroEncoder Record { get; } = new();

    /// <summary>Bytes that were handed on; of a file that is complete, its length.</summary>
    public long Length => output.Length;

    /// <summary>Begins a file.</summary>
    /// <param name="output">Where it goes; the writer disposes it.</param>
    /// <param name="schema">Of the records, as JSON.</param>
    /// <param name="properties">What else the header shall tell.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public static async Task<AvroFileWriter> CreateAsync(
        IObjectWriter output, string schema, IEnumerable<KeyValuePair<string, string>> properties, CancellationToken cancellationToken)
    {
        var writer = new AvroFileWriter(output);
        try
        {
            await writer.WriteHeaderAsync([new("avro.schema", schema), new("avro.codec", "deflate"), .. properties], cancellationToken);
            return writer;
        }
        catch
        {
            await writer.DisposeAsync();
            throw;
        }
    }

    /// <summary>The record is whole.</summary>
    public ValueTask EndRecordAsync(CancellationToken cancellationToken)
    {
        recordsInBlock++;
        return Record.Length < BlockBytes ? ValueTask.CompletedTask : WriteBlockAsync(cancellationToken);
    }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await WriteBlockAsync(cancellationToken);
        await output.CompleteAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await compressed.DisposeAsync();
        await output.DisposeAsync();
    }

    private async Task WriteHeaderAsync(IReadOnlyList<KeyValuePair<string, string>> properties, CancellationToken cancellationToken)
    {
        frame.WriteRaw("Obj\u0001"u8);
        frame.WriteLong(properties.Count);
        foreach ((string key, string value) in properties)
        {
            frame.WriteString(key);
            frame.WriteString(value);
        }

        frame.WriteLong(0);
        frame.WriteRaw(sync);
        await output.WriteAsync(frame.Written, cancellationToken);
    }

    private async ValueTask WriteBlockAsync(CancellationToken cancellationToken)
    {
        if (recordsInBlock == 0)
            return;
        compressed.SetLength(0);
        await using (var deflate = new DeflateStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            await deflate.WriteAsync(Record.Written, cancellationToken);
        frame.Clear();
        frame.WriteLong(recordsInBlock);
        frame.WriteBytes(compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
        frame.WriteRaw(sync);
        await output.WriteAsync(frame.Written, cancellationToken);
        Record.Clear();
        recordsInBlock = 0;
    }
}
