using System.Text;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;
using BulkMover.ObjectStores.S3;
using BulkMover.ObjectStores.Tests.Http;
using Xunit;

namespace BulkMover.ObjectStores.Tests.S3;

/// <summary>What becomes of the answers that a store of one's own cannot be brought to give (Amazon S3 API, "Error responses").</summary>
public sealed class S3ErrorTests : IDisposable
{
    private static readonly Location Object = new("s3", "bucket/key");

    private readonly HttpStub stub = new();

    public void Dispose() => stub.Dispose();

    [Theory]
    [InlineData(403, "AccessDenied", "store.access_denied", false, ErrorSide.Environment)]
    [InlineData(403, "InvalidAccessKeyId", "store.credentials_refused", false, ErrorSide.Environment)]
    [InlineData(400, "ExpiredToken", "store.credentials_expired", false, ErrorSide.Environment)]
    [InlineData(403, "RequestTimeTooSkewed", "store.clock_wrong", false, ErrorSide.Environment)]
    [InlineData(400, "AuthorizationHeaderMalformed", "store.region_wrong", false, ErrorSide.Input)]
    [InlineData(403, "InvalidObjectState", "store.object_archived", false, ErrorSide.Environment)]
    [InlineData(404, "NoSuchBucket", "store.bucket_missing", false, ErrorSide.Input)]
    [InlineData(404, "NoSuchKey", "store.object_missing", false, ErrorSide.Source)]
    [InlineData(416, "InvalidRange", "store.object_truncated", false, ErrorSide.Source)]
    [InlineData(412, "PreconditionFailed", "store.object_changed", true, ErrorSide.Environment)]
    [InlineData(503, "SlowDown", "store.throttled", true, ErrorSide.Environment)]
    [InlineData(500, "InternalError", "store.failed", true, ErrorSide.Environment)]
    public async Task ReadAsync_StoreRefuses_EachReasonHasItsCodeAndSideAfterFewRequests(int status, string s3Code, string code, bool isTransient, ErrorSide side)
    {
        stub.Answer = _ => Error(status, s3Code);

        var error = await Assert.ThrowsAnyAsync<BulkMoverException>(ReadAsync);

        Assert.Equal((code, isTransient, side), (error.Code, error.IsTransient, error.Side));
        Assert.Contains("s3://bucket/key", error.Message, StringComparison.Ordinal);
        Assert.InRange(stub.Requests, 1, 4);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("requester", true)]
    [InlineData("Requester", true)]
    [InlineData("owner", null)]
    public void From_PayerOfTheEnvironment_IsTheRequesterOrRefused(string? payer, bool? pays)
    {
        string? Variable(string name) => name == "AWS_REQUEST_PAYER" ? payer : null;

        if (pays is not null)
            Assert.Equal(pays, S3Access.From(Variable).RequesterPays);
        else
            Assert.Equal("store.payer_invalid", Assert.Throws<InvalidInputException>(() => S3Access.From(Variable)).Code);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("token", true)]
    public async Task ReadAsync_StoreRefusesTheKeysOfASession_SaysThatTheyMayHaveEnded(string? token, bool isSaid)
    {
        stub.Answer = _ => Error(403, "AccessDenied");

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => ReadAsync(new FixedS3Access(Access(token))));

        Assert.Equal(isSaid, error.Message.Contains("get new ones", StringComparison.Ordinal));
        Assert.Equal(token is not null, S3Access.From(name => name == "AWS_SESSION_TOKEN" ? token : null).IsSession);
    }

    [Fact]
    public async Task ReadAsync_StoreIsBusyForAMoment_IsAskedAgain()
    {
        stub.Answer = request => stub.Requests < 3 ? Error(503, "SlowDown") : HttpStub.Range(request, new byte[10]);

        await ReadAsync();

        Assert.Equal(3, stub.Requests);
    }

    [Fact]
    public async Task ReadAsync_BodyBreaksOff_IsReadAgain()
    {
        stub.Answer = request => stub.Requests == 1 ? HttpStub.Range(request, new byte[10]) with { CutAfter = 4 } : HttpStub.Range(request, new byte[10]);

        await ReadAsync();

        Assert.Equal(2, stub.Requests);
    }

    [Fact]
    public async Task ReadAsync_BodyBreaksOffEveryTime_IsATransientError()
    {
        stub.Answer = request => HttpStub.Range(request, new byte[10]) with { CutAfter = 4 };

        var error = await Assert.ThrowsAsync<EnvironmentException>(ReadAsync);

        Assert.Equal(("store.connection_lost", true), (error.Code, error.IsTransient));
    }

    [Fact]
    public async Task OpenAsync_LengthIsNotKnown_OneRequestHasAllOfASmallObject()
    {
        stub.Answer = _ => new HttpStubAnswer(206, [1, 2, 3]) { ContentRange = "bytes 0-2/3" };

        Assert.Equal([1, 2, 3], await Store(new FixedS3Access(Access(null))).ReadAllAsync(Object, knownBytes: null, TestContext.Current.CancellationToken));

        Assert.Equal(1, stub.Requests);
    }

    [Fact]
    public async Task OpenAsync_StoreSendsTheWholeObject_ItsBeginningIsTaken()
    {
        byte[] all = new byte[300_000];
        stub.Answer = _ => new HttpStubAnswer(200, all);

        await using IRangeReader reader = await Store(new FixedS3Access(Access(null))).OpenAsync(Object, knownBytes: null, TestContext.Current.CancellationToken);

        Assert.Equal(all.Length, reader.Length);
        Assert.Equal(1, stub.Requests);
    }

    [Theory]
    [InlineData("bytes 2-9/10")]
    [InlineData("bytes 0-9/20")]
    [InlineData("bytes 0-9/*")]
    public async Task OpenAsync_StoreSendsOtherBytesThanTheFirst_IsAnErrorAndNotTheseBytes(string range)
    {
        stub.Answer = _ => new HttpStubAnswer(206, new byte[10]) { ContentRange = range };

        var error = await Assert.ThrowsAsync<EnvironmentException>(async () => await Store(new FixedS3Access(Access(null))).OpenAsync(Object, knownBytes: null, TestContext.Current.CancellationToken));

        Assert.Equal("store.range_ignored", error.Code);
    }

    [Theory]
    [InlineData(200, null)]
    [InlineData(206, "bytes 0-3/10")]
    [InlineData(206, "bytes 2-9/10")]
    public async Task ReadAsync_StoreSendsAnotherRange_IsAnErrorAndNotTheseBytes(int status, string? range)
    {
        stub.Answer = _ => new HttpStubAnswer(status, new byte[status == 200 ? 10 : 4]) { ContentRange = range };
        await using IRangeReader reader = await Store(new FixedS3Access(Access(null))).OpenAsync(Object, 10, TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<EnvironmentException>(async () => await reader.ReadAsync(2, new byte[4], TestContext.Current.CancellationToken));

        Assert.Equal("store.range_ignored", error.Code);
    }

    [Fact]
    public async Task ReadAsync_StoreSendsTheWholeObjectForAllOfIt_IsTaken()
    {
        stub.Answer = _ => new HttpStubAnswer(200, new byte[10]);

        await ReadAsync();
    }

    [Fact]
    public async Task ReadAsync_StoreSaysExpired_IsReadWithWhatTheSourceGivesInstead()
    {
        stub.Answer = request => request.Headers["x-amz-security-token"] == "old" ? Error(400, "ExpiredToken") : HttpStub.Range(request, new byte[10]);
        var source = new RenewingSource(stub.Endpoint);

        await ReadAsync(source);

        Assert.Equal(1, source.Renewals);
    }

    [Fact]
    public async Task ReadAsync_NewCredentialsAreExpiredToo_IsAnErrorAndNoLoop()
    {
        stub.Answer = _ => Error(400, "ExpiredToken");
        var source = new RenewingSource(stub.Endpoint);

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => ReadAsync(source));

        Assert.Equal(("store.credentials_expired", 1), (error.Code, source.Renewals));
    }

    [Fact]
    public async Task ListAsync_ListingThatDoesNotSayWhereItGoesOn_IsAnErrorAndNotTheEnd()
    {
        stub.Answer = _ => new HttpStubAnswer(200, "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"u8.ToArray());

        var error = await Assert.ThrowsAsync<EnvironmentException>(async () =>
            await Store(new FixedS3Access(Access(null))).ListAsync(Object, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));

        Assert.Equal("store.listing_broken", error.Code);
    }

    [Fact]
    public async Task ReadAsync_NobodyListens_IsTransient()
    {
        var source = new FixedS3Access(Access(null));
        stub.Dispose();

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => ReadAsync(source));

        Assert.True(error.IsTransient);
    }

    /// <summary>What is at the bottom of the error is what the handshake says, and not the network's own.</summary>
    [Fact]
    public async Task ReadAsync_PortDoesNotSpeakTls_SaysSoAndNotThatCredentialsAreMissing()
    {
        Uri secure = new UriBuilder(stub.Endpoint) { Scheme = "https" }.Uri;

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => ReadAsync(new FixedS3Access(Access(null) with { Endpoint = secure })));

        Assert.Equal("store.tls", error.Code);
    }

    /// <summary>An answer to HEAD has no body, and so no reason.</summary>
    [Fact]
    public async Task ExistsAsync_StoreRefusesWithoutAReason_SaysThatTheKeysMayBeWrongAndNothingOfTheSdk()
    {
        stub.Answer = _ => new HttpStubAnswer(403, []);

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => Store(new FixedS3Access(Access(null))).ExistsAsync(Object, TestContext.Current.CancellationToken).AsTask());

        Assert.Equal("store.access_denied", error.Code);
        Assert.Contains("403 Forbidden. The answer does not say why: check that the credentials are right.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Error making request", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_S3")]
    [InlineData("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL")]
    public void From_EndpointWithoutAScheme_NamesTheVariableThatIsSet(string set, string named)
    {
        var error = Assert.Throws<InvalidInputException>(() => S3Access.From(name => name == set ? "127.0.0.1:7480" : null));

        Assert.Equal("store.endpoint_invalid", error.Code);
        Assert.EndsWith($"Correct {named}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_OfAccess_HoldsNoSecret() =>
        Assert.DoesNotContain("hunter2", Access("hunter2").ToString(), StringComparison.Ordinal);

    private S3Access Access(string? token) => new() { Endpoint = stub.Endpoint, Keys = new S3Keys("id", "secret", token) };

    private static HttpStubAnswer Error(int status, string code) =>
        new(status, Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>said by the stub</Message></Error>"));

    private static S3ObjectStore Store(IS3AccessSource source) => new(source, new StoreRequests(new RequestLimits()));

    private Task ReadAsync() => ReadAsync(new FixedS3Access(Access(null)));

    private static async Task ReadAsync(IS3AccessSource source)
    {
        await using IRangeReader reader = await Store(source).OpenAsync(Object, 10, TestContext.Current.CancellationToken);
        await reader.ReadAsync(0, new byte[10], TestContext.Current.CancellationToken);
    }

    internal sealed class RenewingSource(Uri endpoint) : IS3AccessSource
    {
        private string token = "old";

        public int Renewals { get; private set; }

        public ValueTask<S3Access> ForAsync(Location location, CancellationToken cancellationToken) =>
            new(new S3Access { Endpoint = endpoint, Keys = new S3Keys("id", "secret", token) });

        public ValueTask<S3Access> InsteadOfAsync(S3Access refused, Location location, CancellationToken cancellationToken)
        {
            (token, Renewals) = ("new", Renewals + 1);
            return ForAsync(location, cancellationToken);
        }
    }
}
