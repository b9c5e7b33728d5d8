using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.C;
using BulkMover.Conformance.Corpus;
using BulkMover.Testing.Canon;

namespace BulkMover.Conformance.SecondEngines;

/// <summary>DuckDB in this process; it reads Parquet without an extension that would have to be fetched.</summary>
internal sealed unsafe partial class DuckDbEngine : ISecondEngine
{
    private const string Library = "libduckdb";

    public string Name => "DuckDB";

    public CanonStyle Style { get; } = new() { InstantsInMicroseconds = true };

    public Task<EngineAnswer> ReadAsync(CorpusEntry entry, CancellationToken cancellationToken)
    {
        string path = Path.Combine(CorpusIndex.Instance.Directory, entry.Path);
        return Task.FromResult(ReadFiles(Directory.Exists(path) ? $"{path}/**/*.parquet" : path));
    }

    /// <summary>Reads all Parquet files of a pattern.</summary>
    public static EngineAnswer ReadFiles(string pattern) =>
        Read($"SELECT * FROM read_parquet('{pattern.Replace("'", "''", StringComparison.Ordinal)}', union_by_name = true)");

    private static EngineAnswer Read(string sql)
    {
        if (Open(path: null, out nint database) != 0 || Connect(database, out nint connection) != 0)
            throw new DuckDbException("DuckDB does not start.");
        try
        {
            Set(connection, "TimeZone = 'UTC'");
            Set(connection, "enable_geoparquet_conversion = false");
            nint result = 0;
            try
            {
                Check(Query(connection, sql, out result), result);
                return new EngineAnswer(Batches(result), Error: null);
            }
            catch (DuckDbException error)
            {
                return EngineAnswer.Failed(error.Message);
            }
            finally
            {
                DestroyResult(ref result);
            }
        }
        finally
        {
            Disconnect(ref connection);
            Close(ref database);
        }
    }

    private static List<RecordBatch> Batches(nint result)
    {
        CArrowSchema* exportedSchema = CArrowSchema.Create();
        Check(QuerySchema(result, &exportedSchema), result);
        Schema schema = CArrowSchemaImporter.ImportSchema(exportedSchema);
        CArrowSchema.Free(exportedSchema);
        var batches = new List<RecordBatch>();
        while (true)
        {
            CArrowArray* exported = CArrowArray.Create();
            Check(QueryArray(result, &exported), result);
            // Behind the last chunk it leaves the array as it was.
            bool isEnd = exported->length == 0;
            if (!isEnd)
                batches.Add(CArrowArrayImporter.ImportRecordBatch(exported, schema));
            CArrowArray.Free(exported);
            if (isEnd)
                return batches;
        }
    }

    private static void Set(nint connection, string setting)
    {
        Check(Query(connection, $"SET {setting}", out nint result), result);
        DestroyResult(ref result);
    }

    private static void Check(int state, nint result)
    {
        if (state != 0)
            throw new DuckDbException(Marshal.PtrToStringUTF8(QueryError(result)) is { Length: > 0 } reason ? reason : "It does not say why.");
    }

    [LibraryImport(Library, EntryPoint = "duckdb_open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string? path, out nint database);

    [LibraryImport(Library, EntryPoint = "duckdb_close")]
    private static partial void Close(ref nint database);

    [LibraryImport(Library, EntryPoint = "duckdb_connect")]
    private static partial int Connect(nint database, out nint connection);

    [LibraryImport(Library, EntryPoint = "duckdb_disconnect")]
    private static partial void Disconnect(ref nint connection);

    [LibraryImport(Library, EntryPoint = "duckdb_query_arrow", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Query(nint connection, string sql, out nint result);

    [LibraryImport(Library, EntryPoint = "duckdb_query_arrow_error")]
    private static partial nint QueryError(nint result);

    [LibraryImport(Library, EntryPoint = "duckdb_query_arrow_schema")]
    private static partial int QuerySchema(nint result, CArrowSchema** schema);

    [LibraryImport(Library, EntryPoint = "duckdb_query_arrow_array")]
    private static partial int QueryArray(nint result, CArrowArray** array);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_arrow")]
    private static partial void DestroyResult(ref nint result);

    private sealed class DuckDbException(string message) : Exception(message);
}
