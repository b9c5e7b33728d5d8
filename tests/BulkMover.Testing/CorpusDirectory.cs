namespace BulkMover.Testing;

/// <summary>Where the tables of other engines are: beside the repository, or where <c>BULKMOVER_CORPUS</c> says.</summary>
public static class CorpusDirectory
{
    /// <exception cref="DirectoryNotFoundException">Neither can be told.</exception>
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable("BULKMOVER_CORPUS") is { Length: > 0 } named)
            return named;
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "BulkMover.sln")))
            root = root.Parent;
        return root is null
            ? throw new DirectoryNotFoundException("This program lies in no clone of BulkMover; say in BULKMOVER_CORPUS where the tables are.")
            : Path.GetFullPath(Path.Combine(root.FullName, "..", "shared", "corpus"));
    }
}
