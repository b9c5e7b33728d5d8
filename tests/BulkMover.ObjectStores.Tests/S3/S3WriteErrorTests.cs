using System.Net;
using System.Text;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;
using BulkMover.ObjectStores.S3;
using BulkMover.ObjectStores.Tests.Http;
using Xunit;

namespace BulkMover.ObjectStores.Tests.S3;

/// <summary>What becomes of the answers that a store of one's own cannot be brought to give, when something is written.</summary>
public sealed class S3WriteErrorTests : IDisposable
{
    private static readonly Location Object = new("s3", "bucket/key");

    private static readonly byte[] Bytes = [1, 2, 3];

    /// <summary>Of these bytes, says md5sum.</summary>
    private const string Md5 = "5289df737df57326fcdd22597afb1fac";

    private readonly HttpStub stub = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => stub.Dispose();

    [Theory]
    [InlineData(403, "AccessDenied", "store.access_denied", 1)]
    [InlineData(501, "NotImplemented", "store.not_supported", 1)]
    [InlineData(409, "ConditionalRequestConflict", "store.conflict", 4)]
    [InlineData(400, "BadDigest", "store.body_damaged", 4)]
    [InlineData(400, "RequestTimeout", "store.body_damaged", 4)]
    [InlineData(503, "SlowDown", "store.throttled", 4)]
    public async Task Put_StoreRefuses_EachReasonHasItsCodeAndIsRepeatedIfThatHelps(int status, string s3Code, string code, int requests)
    {
        stub.Answer = _ => Error(status, s3Code);

        var error = await Assert.ThrowsAnyAsync<BulkMoverException>(() => Store().PutAsync(Object, Bytes, Cancellation));

        Assert.Equal((code, requests), (error.Code, stub.Requests));
        Assert.Contains("refused to write 's3://bucket/key'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(409, "ConditionalRequestConflict")]
    [InlineData(503, "SlowDown")]
    public async Task PutNew_StoreWantsToBeAskedAgain_IsAskedAgain(int status, string s3Code)
    {
        stub.Answer = _ => stub.Requests < 3 ? Error(status, s3Code) : Written();

        Assert.True(await Store().TryPutNewAsync(Object, Bytes, Cancellation));

        Assert.Equal(3, stub.Requests);
    }

    [Fact]
    public async Task Put_Always_SaysTheMd5OfTheBodyAndNoChecksumsThatOthersRefuse()
    {
        WebHeaderCollection sent = await SentAsync(new S3Access());

        Assert.Equal(Convert.ToBase64String(Convert.FromHexString(Md5)), sent["Content-MD5"]);
        Assert.Equal("3", sent["Content-Length"]);
        Assert.DoesNotContain(sent.AllKeys, name => name!.StartsWith("x-amz-checksum", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("x-amz-sdk-checksum", StringComparison.OrdinalIgnoreCase) || name.Equals("x-amz-trailer", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Put_EncryptedByAService_SaysSo()
    {
        WebHeaderCollection sent = await SentAsync(new S3Access { Encryption = new S3Encryption("aws:kms", "a-key", true, null) });

        Assert.Equal(("aws:kms", "a-key", "true"), (sent["x-amz-server-side-encryption"], sent["x-amz-server-side-encryption-aws-kms-key-id"],
            sent["x-amz-server-side-encryption-bucket-key-enabled"]));
    }

    [Fact]
    public async Task PutNew_CredentialsExpire_ArePutWithNewOnes()
    {
        stub.Answer = request => request.Headers["x-amz-security-token"] == "old" ? Error(400, "ExpiredToken") : Written();
        var source = new S3ErrorTests.RenewingSource(stub.Endpoint);

        Assert.True(await Store(source).TryPutNewAsync(Object, Bytes, Cancellation));

        Assert.Equal((1, 2), (source.Renewals, stub.Requests));
    }

    [Fact]
    public async Task RefuseWithoutPutNew_StoreIgnoresTheCondition_SaysSoAndDeletesItsAttempt()
    {
        var methods = new List<string>();
        stub.Answer = request =>
        {
            methods.Add(request.HttpMethod);
            return Echo(request);
        };

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => Store().RefuseWithoutPutNewAsync(Object, Cancellation));

        Assert.Equal("store.no_conditional_put", error.Code);
        Assert.Equal(["PUT", "PUT", "DELETE"], methods);
    }

    [Fact]
    public async Task RefuseWithoutPutNew_StoreRefusesTheCondition_IsAnErrorThatSaysSo()
    {
        stub.Answer = request => request.HttpMethod == "PUT" ? Error(501, "NotImplemented") : new HttpStubAnswer(204, []);

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => Store().RefuseWithoutPutNewAsync(Object, Cancellation));

        Assert.Equal("store.no_conditional_put", error.Code);
    }

    /// <summary>The answer to a copy begins before the store knows how it ends.</summary>
    [Fact]
    public async Task Copy_AnswerSaysThatAllIsWellAndThenThatNothingIs_IsCopiedAgain()
    {
        int copies = 0;
        stub.Answer = request => request.HttpMethod == "HEAD" ? Found()
            : ++copies < 3 ? Error(200, copies == 1 ? "InternalError" : "SlowDown")
            : new HttpStubAnswer(200, "<CopyObjectResult><ETag>\"etag\"</ETag></CopyObjectResult>"u8.ToArray());

        Assert.True(await Store().TryCopyAsync(new Location("s3", "other/key"), 0, version: null, Object, Cancellation));

        Assert.Equal(3, copies);
    }

    /// <summary>An MD5 that both have says all; what is none has to be looked at.</summary>
    [Theory]
    [InlineData(Md5, Md5, 1)]
    [InlineData("a-tag", "a-tag", 3)]
    public async Task Copy_VersionIsKnown_AsksForWhatItDoesNotKnowOnly(string version, string answered, int requests)
    {
        stub.Answer = request => request.HttpMethod == "HEAD" ? Found() with { ETag = $"\"{version}\"" }
            : new HttpStubAnswer(200, Encoding.UTF8.GetBytes($"<CopyObjectResult><ETag>\"{answered}\"</ETag></CopyObjectResult>"));

        Assert.True(await Store().TryCopyAsync(new Location("s3", "other/key"), 0, $"\"{version}\"", Object, Cancellation));

        Assert.Equal(requests, stub.Requests);
    }

    [Fact]
    public async Task Copy_AnswerHasAnotherMd5_IsAnError()
    {
        stub.Answer = request => request.HttpMethod == "HEAD" ? Found() with { ETag = request.RawUrl!.Contains("other") ? $"\"{Md5}\"" : $"\"{new string('0', 32)}\"" }
            : new HttpStubAnswer(200, Encoding.UTF8.GetBytes($"<CopyObjectResult><ETag>\"{new string('0', 32)}\"</ETag></CopyObjectResult>"));

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => Store().TryCopyAsync(new Location("s3", "other/key"), 0, $"\"{Md5}\"", Object, Cancellation));

        Assert.Equal("store.write_broken", error.Code);
    }

    [Fact]
    public async Task Copy_SourceIsReplacedMeanwhile_NamesTheSource()
    {
        stub.Answer = request => request.HttpMethod == "HEAD" ? Found() with { ETag = $"\"{stub.Requests}\"" } : Error(412, "PreconditionFailed");

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => Store().TryCopyAsync(new Location("s3", "other/key"), 0, version: null, Object, Cancellation));

        Assert.Equal("store.object_changed", error.Code);
        Assert.Contains("s3://other/key", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_StoreTakesAnotherObjectForTheSource_IsLeftToOthers()
    {
        stub.Answer = request => request.HttpMethod == "HEAD" ? Found() : Error(412, "PreconditionFailed");

        Assert.False(await Store().TryCopyAsync(new Location("s3", "other/key"), 0, version: null, Object, Cancellation));
    }

    [Theory]
    [InlineData(null, null, null, null, null)]
    [InlineData("AES256", null, null, null, "AES256")]
    [InlineData("aws:kms", null, "true", null, "aws:kms")]
    [InlineData("aws:kms:dsse", "k", null, null, "aws:kms:dsse k")]
    [InlineData("sse-c", null, null, "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "sse-c")]
    [InlineData(null, null, null, "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "sse-c")]
    [InlineData("sse-c", null, null, null, "store.encryption_invalid")]
    [InlineData(null, null, null, "hunter2", "store.encryption_invalid")]
    [InlineData(null, "k", null, null, "store.encryption_invalid")]
    [InlineData("AES256", "k", null, null, "store.encryption_invalid")]
    [InlineData("aes", null, null, null, "store.encryption_invalid")]
    [InlineData("aws:kms", null, "perhaps", null, "store.encryption_invalid")]
    public void From_Environment_IsUnderstoodOrRefusedWithoutTheKey(string? method, string? kmsKey, string? bucketKey, string? customerKey, string? expected)
    {
        string? Variable(string name) => name switch
        {
            S3Encryption.MethodVariable => method,
            S3Encryption.KmsKeyVariable => kmsKey,
            S3Encryption.BucketKeyVariable => bucketKey,
            _ => customerKey,
        };

        if (expected?.StartsWith("store.", StringComparison.Ordinal) != true)
        {
            Assert.Equal(expected, S3Encryption.From(Variable)?.ToString());
            return;
        }

        var error = Assert.Throws<InvalidInputException>(() => S3Encryption.From(Variable));
        Assert.Equal(expected, error.Code);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    private static HttpStubAnswer Error(int status, string code) =>
        new(status, Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>said by the stub</Message></Error>"));

    private static HttpStubAnswer Written() => new(200, []) { ETag = $"\"{Md5}\"" };

    private static HttpStubAnswer Found() => new(200, []) { Headers = { ["Last-Modified"] = "Wed, 01 Jan 2025 00:00:00 GMT" } };

    private static HttpStubAnswer Echo(HttpListenerRequest request) =>
        new(request.HttpMethod == "PUT" ? 200 : 204, []) { ETag = request.Headers["Content-MD5"] is { } md5 ? $"\"{Convert.ToHexStringLower(Convert.FromBase64String(md5))}\"" : "" };

    private async Task<WebHeaderCollection> SentAsync(S3Access access)
    {
        var sent = new WebHeaderCollection();
        stub.Answer = request =>
        {
            foreach (string name in request.Headers)
                sent[name] = request.Headers[name];
            return Written();
        };
        await Store(new FixedS3Access(access with { Endpoint = stub.Endpoint, Keys = new S3Keys("id", "secret", null) })).PutAsync(Object, Bytes, Cancellation);
        return sent;
    }

    private S3ObjectStore Store() => Store(new FixedS3Access(new S3Access { Endpoint = stub.Endpoint, Keys = new S3Keys("id", "secret", null) }));

    private static S3ObjectStore Store(IS3AccessSource source) => new(source, new StoreRequests(new RequestLimits()));
}
