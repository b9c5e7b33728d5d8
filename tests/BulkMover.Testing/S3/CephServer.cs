using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Xunit;

namespace BulkMover.Testing.S3;

/// <summary>
/// A real S3 for the tests of a class, a Ceph RADOS Gateway: <c>IClassFixture&lt;CephServer&gt;</c>, then take it as a constructor parameter.
/// Each test makes its own bucket.
/// </summary>
public sealed class CephServer : IAsyncLifetime
{
    public const string AccessKey = "test";
    public const string SecretKey = "testsecret";

    /// <summary>Of a user who may read nothing of the first one's.</summary>
    public const string StrangerAccessKey = "stranger";
    public const string StrangerSecretKey = "strangersecret";

    /// <summary>On an idle machine two seconds do; a busy one needs many times that.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    private readonly string directory = Directory.CreateTempSubdirectory("bulkmover-ceph-").FullName;
    private Process? daemons;
    private AmazonS3Client? client;
    private int buckets;

    public Uri Endpoint { get; private set; } = null!;

    private AmazonS3Client Client => client ?? throw new InvalidOperationException("The server has not been started.");

    public async ValueTask InitializeAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        int port = LocalPort.Free();
        Endpoint = new Uri($"http://127.0.0.1:{port}");
        daemons = Process.Start(new ProcessStartInfo("bash", [Path.Combine(AppContext.BaseDirectory, "ceph.sh"), directory, $"{port}", $"{LocalPort.Free()}"])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Task<string> errors = daemons.StandardError.ReadToEndAsync(limit.Token);
        if (await daemons.StandardOutput.ReadLineAsync(limit.Token) != "ready")
            throw new InvalidOperationException($"Ceph did not start. tests/run.sh installs it. {await errors}");

        client = new AmazonS3Client(new BasicAWSCredentials(AccessKey, SecretKey), new AmazonS3Config
        {
            ServiceURL = Endpoint.AbsoluteUri,
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
    }

    /// <summary>Makes a bucket that no other test uses, or one of a given name.</summary>
    public async Task<string> NewBucketAsync(string? name, CancellationToken cancellationToken)
    {
        string bucket = name ?? $"bucket-{Interlocked.Increment(ref buckets)}";
        await Client.PutBucketAsync(bucket, cancellationToken);
        return bucket;
    }

    public Task PutAsync(string bucket, string key, byte[] bytes, CancellationToken cancellationToken) => Client.PutObjectAsync(
        new PutObjectRequest { BucketName = bucket, Key = key, InputStream = new MemoryStream(bytes), UseChunkEncoding = false }, cancellationToken);

    public Task LetEverybodyReadAsync(string bucket, CancellationToken cancellationToken) => Client.PutBucketPolicyAsync(
        new PutBucketPolicyRequest
        {
            BucketName = bucket,
            Policy = $$"""
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket"],
                 "Resource": ["arn:aws:s3:::{{bucket}}", "arn:aws:s3:::{{bucket}}/*"]}]}
                """,
        }, cancellationToken);

    public async Task<string> GetTextAsync(string bucket, string key, CancellationToken cancellationToken)
    {
        using GetObjectResponse answer = await Client.GetObjectAsync(bucket, key, cancellationToken);
        using var reader = new StreamReader(answer.ResponseStream);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    /// <summary>All objects of a bucket: their keys, each with what changes when it is written again.</summary>
    public async Task<SortedDictionary<string, string>> ListAsync(string bucket, CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var request = new ListObjectsV2Request { BucketName = bucket };
        await foreach (S3Object one in Client.Paginators.ListObjectsV2(request).S3Objects.WithCancellation(cancellationToken))
            found.Add(one.Key, $"{one.ETag} {one.LastModified:O}");
        return found;
    }

    /// <summary>Uploads in parts that are neither complete nor aborted.</summary>
    public async Task<int> CountUploadsAsync(string bucket, CancellationToken cancellationToken) =>
        (await Client.ListMultipartUploadsAsync(bucket, cancellationToken)).MultipartUploads?.Count ?? 0;

    /// <summary>Puts all files below a directory at the same paths below a prefix.</summary>
    public async Task PutDirectoryAsync(string bucket, string prefix, string directory, CancellationToken cancellationToken)
    {
        foreach (string file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            string key = $"{prefix}/{Path.GetRelativePath(directory, file)}";
            await PutAsync(bucket, key, await File.ReadAllBytesAsync(file, cancellationToken), cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        if (daemons is not null)
        {
            daemons.StandardInput.Close();
            await daemons.WaitForExitAsync();
            daemons.Dispose();
        }

        Directory.Delete(directory, recursive: true);
    }
}
