using System.Runtime.InteropServices;

namespace BulkMover.Throughput.Decoded;

/// <summary>DuckDB in this process, on one thread: reads all columns of Parquet files, as vectors, chunk by chunk, as its own operators get them.</summary>
internal sealed partial class DuckDbReader : IDisposable
{
    private const string Library = "libduckdb";

    private nint database, connection;

    public DuckDbReader()
    {
        Check(Open(path: null, out database));
        Check(Connect(database, out connection));
        Check(Query(connection, "SET threads = 1", 0));
    }

    public Task<DecodedRead> MeasureAsync(string file)
    {
        double start = DecodedRead.CpuNow();
        Check(Prepare(connection, $"SELECT * FROM read_parquet('{file.Replace("'", "''", StringComparison.Ordinal)}')", out nint statement));
        Check(ExecuteStreaming(statement, out Result result));
        long rows = 0;
        while (FetchChunk(result) is var chunk && chunk != 0)
        {
            rows += ChunkRows(chunk);
            DestroyChunk(ref chunk);
        }

        DestroyResult(ref result);
        DestroyPrepared(ref statement);
        return Task.FromResult(new DecodedRead(rows, DecodedRead.CpuNow() - start, null));
    }

    public void Dispose()
    {
        Disconnect(ref connection);
        Close(ref database);
    }

    private static void Check(int state)
    {
        if (state != 0)
            throw new InvalidOperationException("DuckDB does not read the file.");
    }

    [LibraryImport(Library, EntryPoint = "duckdb_open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string? path, out nint database);

    [LibraryImport(Library, EntryPoint = "duckdb_close")]
    private static partial void Close(ref nint database);

    [LibraryImport(Library, EntryPoint = "duckdb_connect")]
    private static partial int Connect(nint database, out nint connection);

    [LibraryImport(Library, EntryPoint = "duckdb_disconnect")]
    private static partial void Disconnect(ref nint connection);

    [LibraryImport(Library, EntryPoint = "duckdb_query", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Query(nint connection, string sql, nint result);

    [LibraryImport(Library, EntryPoint = "duckdb_prepare", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Prepare(nint connection, string sql, out nint statement);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_prepare")]
    private static partial void DestroyPrepared(ref nint statement);

    [LibraryImport(Library, EntryPoint = "duckdb_execute_prepared_streaming")]
    private static partial int ExecuteStreaming(nint statement, out Result result);

    [LibraryImport(Library, EntryPoint = "duckdb_fetch_chunk")]
    private static partial nint FetchChunk(Result result);

    [LibraryImport(Library, EntryPoint = "duckdb_data_chunk_get_size")]
    private static partial long ChunkRows(nint chunk);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_data_chunk")]
    private static partial void DestroyChunk(ref nint chunk);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_result")]
    private static partial void DestroyResult(ref Result result);

    /// <summary><c>duckdb_result</c> of duckdb.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Result
    {
        private readonly ulong columns, rows, changedRows;
        private readonly nint columnData, error, data;
    }
}
