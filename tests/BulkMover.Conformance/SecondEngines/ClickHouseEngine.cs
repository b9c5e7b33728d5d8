using Apache.Arrow;
using Apache.Arrow.Ipc;
using BulkMover.Conformance.Corpus;
using BulkMover.Testing.Canon;
using BulkMover.Testing.ClickHouse;

namespace BulkMover.Conformance.SecondEngines;

/// <summary>The embedded ClickHouse with its own readers of all three formats.</summary>
internal sealed class ClickHouseEngine(ClickHouseServerFixture server) : ISecondEngine, IDisposable
{
    private readonly SemaphoreSlim oneAtATime = new(1);

    private const string Settings =
        "output_format_arrow_compression_method = 'none', schema_inference_mode = 'union', output_format_arrow_unsupported_types_as_binary = 0, "
        // What is text for us shall not become an object.
        + "input_format_parquet_enable_json_parsing = 0, input_format_parquet_allow_geoparquet_parser = 0, session_timezone = 'UTC'";

    public string Name => "ClickHouse";

    public CanonStyle Style { get; } = new() { NestedIsNeverNull = true, TimestampsInNanoseconds = true };

    public async Task<EngineAnswer> ReadAsync(CorpusEntry entry, CancellationToken cancellationToken)
    {
        string source = Path.Combine(CorpusIndex.Instance.Directory, entry.Path), place = Place(entry);
        string copy = Path.Combine(server.FilesDirectory, place);
        // It reads nothing outside of its own directory, links neither.
        Copy(source, copy);
        string table = entry.Format switch
        {
            "iceberg" => $"icebergLocal({Literal(place)}, SETTINGS iceberg_metadata_file_path = {Literal(entry.MetadataFile!)})",
            "delta" => $"deltaLakeLocal({Literal(copy)})",
            _ => $"file({Literal(Directory.Exists(source) ? $"{copy}/**/*.parquet" : copy)}, Parquet)",
        };
        // Several reads of Iceberg tables at once kill it, and then nobody could say which did.
        await oneAtATime.WaitAsync(cancellationToken);
        try
        {
            byte[] answer = await AskTwiceAsync($"SELECT * FROM {table} FORMAT ArrowStream SETTINGS {Settings}", cancellationToken);
            return new EngineAnswer(await ParseAsync(answer, cancellationToken), Error: null);
        }
        catch (InvalidOperationException error)
        {
            return EngineAnswer.Failed(error.Message);
        }
        catch (Exception error) when (IsDead(error, cancellationToken))
        {
            return EngineAnswer.Failed(EngineDifference.Died);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>Starts the server again when it died or hangs, which may be an earlier query's doing.</summary>
    private async Task<byte[]> AskTwiceAsync(string sql, CancellationToken cancellationToken)
    {
        try
        {
            return await server.QueryBytesAsync(sql, cancellationToken);
        }
        catch (Exception error) when (IsDead(error, cancellationToken))
        {
            await server.RestartAsync(cancellationToken);
            return await server.QueryBytesAsync(sql, cancellationToken);
        }
    }

    /// <summary>No connection, or no answer within the client's limit.</summary>
    private static bool IsDead(Exception error, CancellationToken cancellationToken) =>
        error is HttpRequestException || (error is TaskCanceledException && !cancellationToken.IsCancellationRequested);

    public void Dispose() => oneAtATime.Dispose();

    /// <summary>Below the server's directory. It finds a table whose metadata has relative paths only where those lead to.</summary>
    private static string Place(CorpusEntry entry)
    {
        string? prefix = entry.PathPrefixes is [string first, ..] ? first.Split("/ -> .")[0] : null;
        bool isRelative = prefix is not null && !prefix.StartsWith('/') && !prefix.Contains(':', StringComparison.Ordinal);
        // The name of a file stays: it tells ClickHouse how the file is compressed.
        return isRelative ? prefix! : Path.Combine(entry.Name, entry.Format == "parquet" ? Path.GetFileName(entry.Path) : "");
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        if (File.Exists(from))
        {
            File.Copy(from, to);
            return;
        }

        foreach (string entry in Directory.EnumerateFileSystemEntries(from))
            Copy(entry, Path.Combine(to, Path.GetFileName(entry)));
    }

    private static string Literal(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private static async Task<IReadOnlyList<RecordBatch>> ParseAsync(byte[] stream, CancellationToken cancellationToken)
    {
        var batches = new List<RecordBatch>();
        using var reader = new ArrowStreamReader(new MemoryStream(stream));
        while (await reader.ReadNextRecordBatchAsync(cancellationToken) is { } batch)
            batches.Add(batch);
        return batches;
    }
}
