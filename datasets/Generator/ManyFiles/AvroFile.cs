using System.IO.Compression;

namespace BulkMover.Datasets.ManyFiles;

/// <summary>
/// Writes an Avro object container file as the Java library does by default: deflate, blocks of 64,000 bytes. The marker between blocks is
/// always the same, so that the same records give the same bytes.
/// </summary>
internal sealed class AvroFile : IDisposable
{
    private const int BlockBytes = 64_000;

    private readonly FileStream file;
    private readonly AvroBuffer frame = new();
    private int records;

    /// <param name="path">The file to make.</param>
    /// <param name="schema">The records' schema as JSON.</param>
    /// <param name="properties">What else the header says.</param>
    public AvroFile(string path, string schema, params (string Key, string Value)[] properties)
    {
        file = File.Create(path);
        (string Key, string Value)[] all = [("avro.schema", schema), ("avro.codec", "deflate"), .. properties];
        frame.Raw("Obj\u0001"u8);
        frame.Long(all.Length);
        foreach ((string key, string value) in all)
        {
            frame.Text(key);
            frame.Text(value);
        }

        frame.Long(0);
        EndFrame();
    }

    /// <summary>Where the values of the next record go; <see cref="EndRecord"/> follows.</summary>
    public AvroBuffer Values { get; } = new();

    private static ReadOnlySpan<byte> Marker => "bulkmover-marker"u8;

    public void EndRecord()
    {
        records++;
        if (Values.Length >= BlockBytes)
            EndBlock();
    }

    /// <summary>Writes what is left.</summary>
    /// <returns>Length of the file.</returns>
    public long Close()
    {
        if (records > 0)
            EndBlock();
        file.Flush();
        return file.Length;
    }

    public void Dispose() => file.Dispose();

    private void EndBlock()
    {
        using var compressed = new MemoryStream();
        using (var deflate = new DeflateStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(Values.Written);
        frame.Long(records);
        frame.Bytes(compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
        EndFrame();
        Values.Clear();
        records = 0;
    }

    private void EndFrame()
    {
        frame.Raw(Marker);
        file.Write(frame.Written);
        frame.Clear();
    }
}
