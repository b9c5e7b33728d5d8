namespace BulkMover.Throughput.Copies;

/// <summary>Rows that contestants bring into a table of a fresh server.</summary>
/// <param name="Subject">What results call them.</param>
/// <param name="Source">As <c>bulkmover copy</c> takes it, with an absolute path.</param>
/// <param name="Directory">The server's current directory, outside of which it reads nothing.</param>
/// <param name="ServerSource">What the server reads them from.</param>
internal sealed record Load(string Subject, string Source, string Directory, string ServerSource)
{
    /// <summary>The lineitem table's own order; others are not sorted.</summary>
    public string? OrderBy { get; init; }

    /// <summary>Which columns; null for all.</summary>
    public string? Columns { get; init; }

    public string SortingKey => OrderBy is null ? "tuple()" : $"({OrderBy})";

    /// <summary>What the server reads, as a query.</summary>
    public string ServerQuery => $"SELECT {Columns ?? "*"} FROM {ServerSource}";

    /// <summary>Of a Parquet file, or a directory of such files.</summary>
    public static Load OfParquet(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        return new Load(name, $"parquet:{path}", Path.GetDirectoryName(path)!, $"file('{Path.GetFileName(path)}{(System.IO.Directory.Exists(path) ? "/*.parquet" : "")}', Parquet)")
        {
            OrderBy = name.StartsWith("lineitem", StringComparison.Ordinal) ? "l_orderkey,l_linenumber" : null,
            // The other lists are null at times, of which the server makes empty ones and which the mover refuses; or have lists in them, of which the server (26.7) loses one
            // where a row goes on in the next page.
            Columns = name == "lists" ? "longs,tags" : null,
        };
    }
}
