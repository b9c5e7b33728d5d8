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
            // One column of the lists is null at times: the server makes empty lists of that, and the mover refuses it.
            Columns = name == "lists" ? "longs,tags,lists" : null,
        };
    }
}
