using BulkMover.Testing.Azure;
using BulkMover.Testing.ClickHouse;
using BulkMover.Testing.S3;

namespace BulkMover.EndToEnd;

/// <summary>A place for tables of files, as the command names it and as ClickHouse reads it.</summary>
/// <param name="Scheme">What follows the format in an address of the command: nothing, <c>+s3</c> or <c>+az</c>.</param>
/// <param name="Path">What follows the colon.</param>
/// <param name="Environment">What the command has to know.</param>
/// <param name="Readers">Of ClickHouse, by format: a table function but for the path below the place.</param>
/// <param name="ListAsync">All that lies there: paths below the place, each with what changes when it is written again.</param>
internal sealed record LakePlace(
    string Scheme, string Path, Dictionary<string, string> Environment, Func<string, string, string> Readers, Func<CancellationToken, Task<SortedDictionary<string, string>>> ListAsync)
{
    /// <summary>The table of a format as the command names it.</summary>
    public string Address(string format) => Address(format, format);

    /// <summary>As above, in a directory of another name.</summary>
    public string Address(string format, string directory) => $"{format}{Scheme}:{Path}/{directory}";

    /// <summary>The table as ClickHouse reads it.</summary>
    public string Table(string format) => Readers(format, format);

    /// <summary>What lies below the table's directory, by its path below it.</summary>
    public async Task<SortedDictionary<string, string>> FilesAsync(string format, CancellationToken cancellationToken) => new(
        (await ListAsync(cancellationToken)).Where(file => file.Key.StartsWith($"{format}/", StringComparison.Ordinal))
            .ToDictionary(file => file.Key[(format.Length + 1)..], file => file.Value), StringComparer.Ordinal);

    public static LakePlace OnDisk(string directory) => new("", directory, [], (format, path) => format switch
    {
        "delta" => $"deltaLakeLocal('{directory}/{path}')",
        "iceberg" => $"icebergLocal('{directory}/{path}')",
        _ => $"file('{directory}/{path}/*.parquet', Parquet)",
    }, stopping => Task.FromResult(FilesBelow(directory)));

    public static async Task<LakePlace> InS3Async(CephServer s3, CancellationToken cancellationToken)
    {
        string bucket = await s3.NewBucketAsync(null, cancellationToken);
        string keys = $"'{CephServer.AccessKey}', '{CephServer.SecretKey}'", at = $"{s3.Endpoint.AbsoluteUri}{bucket}";
        var known = new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = CephServer.AccessKey, ["AWS_SECRET_ACCESS_KEY"] = CephServer.SecretKey, ["AWS_ENDPOINT_URL_S3"] = s3.Endpoint.AbsoluteUri,
        };
        return new LakePlace("+s3", $"//{bucket}", known, (format, path) => format switch
        {
            "delta" => $"deltaLake('{at}/{path}/', {keys})",
            "iceberg" => $"icebergS3('{at}/{path}/', {keys})",
            _ => $"s3('{at}/{path}/*.parquet', {keys}, 'Parquet')",
        }, stopping => s3.ListAsync(bucket, stopping));
    }

    public static async Task<LakePlace> InAzureAsync(AzuriteServer azure, CancellationToken cancellationToken)
    {
        string container = await azure.NewContainerAsync(cancellationToken);
        var known = new Dictionary<string, string> { ["AZURE_STORAGE_CONNECTION_STRING"] = azure.ConnectionString };
        return new LakePlace("+az", $"//{container}", known, (format, path) => format switch
        {
            "delta" => $"deltaLakeAzure('{azure.ConnectionString}', '{container}', '{path}/')",
            "iceberg" => $"icebergAzure('{azure.ConnectionString}', '{container}', '{path}/')",
            _ => $"azureBlobStorage('{azure.ConnectionString}', '{container}', '{path}/*.parquet', 'Parquet')",
        }, stopping => azure.ListAsync(container, stopping));
    }

    /// <summary>A directory that ClickHouse may read.</summary>
    public static LakePlace NewOnDisk(ClickHouseServerFixture server) => OnDisk(System.IO.Path.Combine(server.FilesDirectory, $"lake-{Guid.NewGuid():N}"));

    private static SortedDictionary<string, string> FilesBelow(string directory)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
        foreach (FileInfo file in Directory.Exists(directory) ? new DirectoryInfo(directory).EnumerateFiles("*", all) : [])
        {
            // A running copy gives files their names meanwhile.
            if (file.Exists)
                files.Add(System.IO.Path.GetRelativePath(directory, file.FullName), $"{file.Length} {file.LastWriteTimeUtc:O}");
        }

        return files;
    }
}
