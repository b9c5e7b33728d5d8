using System.Globalization;
using System.Net;
using Azure.Core;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Azure;
using BulkMover.ObjectStores.Requests;
using BulkMover.ObjectStores.Tests.Http;
using Xunit;

namespace BulkMover.ObjectStores.Tests.Azure;

/// <summary>What is asked of Azure, and what becomes of the answers, where the emulator does not know them (Azure, "Blob Storage error codes").</summary>
public sealed class AzureWriteErrorTests : IDisposable
{
    private const string Key = "aHVudGVyMg==";

    private static readonly Location Object = new("az", "lake/container/blob");

    private static readonly byte[] Bytes = [1, 2, 3];

    /// <summary>Of these bytes, says md5sum.</summary>
    private const string Md5 = "5289df737df57326fcdd22597afb1fac";

    private readonly HttpStub stub = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => stub.Dispose();

    [Theory]
    [InlineData(403, "AuthorizationPermissionMismatch", "store.access_denied", 1)]
    [InlineData(400, "Md5Mismatch", "store.body_damaged", 4)]
    [InlineData(412, "LeaseIdMissing", "store.object_leased", 1)]
    [InlineData(409, "BlobImmutableDueToPolicy", "store.access_denied", 1)]
    [InlineData(503, "ServerBusy", "store.throttled", 4)]
    public async Task PutNew_StoreRefuses_EachReasonHasItsCodeAndIsRepeatedIfThatHelps(int status, string azureCode, string code, int puts)
    {
        int put = 0;
        stub.Answer = request => request.HttpMethod == "PUT" && ++put > 0 ? Error(status, azureCode) : Error(404, "BlobNotFound");

        var error = await Assert.ThrowsAnyAsync<BulkMoverException>(() => Store().TryPutNewAsync(Object, Bytes, Cancellation));

        Assert.Equal((code, puts), (error.Code, put));
        Assert.Contains("refused to write 'az://lake/container/blob'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(3, Md5)]
    public async Task PutNew_AnyLength_IsOneRequestWithTheMd5OfTheBody(int length, string? md5)
    {
        var sent = new WebHeaderCollection();
        stub.Answer = request =>
        {
            foreach (string name in request.Headers)
                sent[name] = request.Headers[name];
            return new HttpStubAnswer(201, []);
        };

        Assert.True(await Store().TryPutNewAsync(Object, Bytes.AsMemory(0, length), Cancellation));

        Assert.Equal((1, "BlockBlob", "*"), (stub.Requests, sent["x-ms-blob-type"], sent["If-None-Match"]));
        Assert.Equal($"{length}", sent["Content-Length"]);
        if (md5 is not null)
            Assert.Equal(Convert.ToBase64String(Convert.FromHexString(md5)), sent["Content-MD5"]);
    }

    [Fact]
    public async Task Create_SomebodyElseWritesTheSameBlob_SaysSo()
    {
        stub.Answer = request => request.RawUrl!.Contains("comp=blocklist", StringComparison.Ordinal) ? Error(400, "InvalidBlockList") : new HttpStubAnswer(201, []);
        await using IObjectWriter writer = await new AzureObjectStore(Access(), new StoreRequests(new RequestLimits())) { PartBytes = 2 }.CreateAsync(Object, null, Cancellation);
        await writer.WriteAsync(Bytes, Cancellation);

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => writer.CompleteAsync(Cancellation));

        Assert.Equal("store.upload_gone", error.Code);
    }

    [Fact]
    public async Task Copy_LongBlob_IsCopiedInPartsOfOneVersion()
    {
        var parts = new List<(string Range, string? Version, string Source)>();
        stub.Answer = request =>
        {
            if (request.HttpMethod == "HEAD")
                return Found(25);
            if (request.Headers["x-ms-source-range"] is { } range)
            {
                lock (parts)
                    parts.Add((range, request.Headers["x-ms-source-if-match"], request.Headers["x-ms-copy-source"]!));
            }

            return new HttpStubAnswer(201, []);
        };
        var store = new AzureObjectStore(Access(), new StoreRequests(new RequestLimits())) { CopySize = new CopySize(10, 10) };

        Assert.True(await store.TryCopyAsync(new Location("az", "lake/other/blob"), 25, version: null, Object, Cancellation));

        Assert.Equal(["bytes=0-9", "bytes=10-19", "bytes=20-24"], parts.Select(part => part.Range).Order(StringComparer.Ordinal));
        Assert.All(parts, part =>
        {
            Assert.Equal("\"etag\"", part.Version);
            Assert.Contains("/lake/other/blob?", part.Source, StringComparison.Ordinal);
            Assert.Contains("sig=", part.Source, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Source_AccountWithAnIdentity_IsShownWithAToken()
    {
        AzureCopySource shown = await new AzureClients(new AzureAccess { Identity = new Somebody() }).For("lake").SourceAsync(AzurePath.Of(Object), Cancellation);

        Assert.Equal(("Bearer token", "https://lake.blob.core.windows.net/container/blob"), (shown.Authorization!.ToString(), shown.Uri.AbsoluteUri));
    }

    [Fact]
    public async Task Source_AccountWithASignature_IsShownWithItAndNotPrinted()
    {
        AzureCopySource shown = await new AzureClients(new AzureAccess { Account = "lake", SasToken = "?sv=1&sig=x" }).For("lake").SourceAsync(AzurePath.Of(Object), Cancellation);

        Assert.Equal("https://lake.blob.core.windows.net/container/blob?sv=1&sig=x", shown.Uri.AbsoluteUri);
        Assert.DoesNotContain("sig", shown.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(409, "CannotVerifyCopySource")]
    [InlineData(501, "NotImplemented")]
    public async Task Copy_StoreCannot_IsLeftToOthers(int status, string azureCode)
    {
        stub.Answer = request => request.HttpMethod == "HEAD" ? Found(3) : Error(status, azureCode);

        Assert.False(await Store().TryCopyAsync(new Location("az", "lake/other/blob"), 3, version: null, Object, Cancellation));
    }

    [Fact]
    public async Task Copy_SourceIsReplacedMeanwhile_NamesTheSource()
    {
        stub.Answer = request => request.HttpMethod == "HEAD" ? Found(3) : Error(412, "SourceConditionNotMet");

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => Store().TryCopyAsync(new Location("az", "lake/other/blob"), 3, version: null, Object, Cancellation));

        Assert.Equal("store.object_changed", error.Code);
        Assert.Contains("az://lake/other/blob", error.Message, StringComparison.Ordinal);
    }

    private static HttpStubAnswer Error(int status, string code) => new(status, []) { Headers = { ["x-ms-error-code"] = code } };

    private static HttpStubAnswer Found(int bytes) => new(200, new byte[bytes])
    {
        Headers = { ["Last-Modified"] = DateTime.UnixEpoch.ToString("R", CultureInfo.InvariantCulture) },
    };

    private AzureAccess Access() => new() { Account = "lake", ConnectionString = $"AccountName=lake;AccountKey={Key};BlobEndpoint={stub.Endpoint}lake" };

    private AzureObjectStore Store() => new(Access(), new StoreRequests(new RequestLimits()));

    private sealed class Somebody : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => new("token", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }
}
