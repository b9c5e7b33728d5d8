using Azure.Core;
using Azure.Identity;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Azure;
using BulkMover.ObjectStores.Requests;
using BulkMover.ObjectStores.Tests.Http;
using Xunit;

namespace BulkMover.ObjectStores.Tests.Azure;

/// <summary>What becomes of the answers that the emulator cannot be brought to give (Azure, "Blob Storage error codes").</summary>
public sealed class AzureErrorTests : IDisposable
{
    private const string Key = "aHVudGVyMg==";

    private static readonly Location Object = new("az", "lake/container/blob");

    private readonly HttpStub stub = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => stub.Dispose();

    [Theory]
    [InlineData(403, "AuthorizationPermissionMismatch", "store.access_denied", false, ErrorSide.Environment)]
    [InlineData(403, "AuthorizationFailure", "store.access_denied", false, ErrorSide.Environment)]
    [InlineData(403, "KeyBasedAuthenticationNotPermitted", "store.access_denied", false, ErrorSide.Environment)]
    [InlineData(403, "AuthenticationFailed", "store.credentials_refused", false, ErrorSide.Environment)]
    [InlineData(401, "InvalidAuthenticationInfo", "store.credentials_refused", false, ErrorSide.Environment)]
    [InlineData(409, "BlobArchived", "store.object_archived", false, ErrorSide.Environment)]
    [InlineData(404, "ContainerNotFound", "store.container_missing", false, ErrorSide.Input)]
    [InlineData(400, "InvalidResourceName", "store.path_invalid", false, ErrorSide.Input)]
    [InlineData(404, "BlobNotFound", "store.object_missing", false, ErrorSide.Source)]
    [InlineData(416, "InvalidRange", "store.object_truncated", false, ErrorSide.Source)]
    [InlineData(412, "ConditionNotMet", "store.object_changed", true, ErrorSide.Environment)]
    [InlineData(503, "ServerBusy", "store.throttled", true, ErrorSide.Environment)]
    [InlineData(429, "TooManyRequests", "store.throttled", true, ErrorSide.Environment)]
    [InlineData(500, "OperationTimedOut", "store.failed", true, ErrorSide.Environment)]
    [InlineData(418, "NeverHeardOf", "store.refused", false, ErrorSide.Environment)]
    public async Task ReadAsync_StoreRefuses_EachReasonHasItsCodeAndSideAfterFewRequests(int status, string azureCode, string code, bool isTransient, ErrorSide side)
    {
        stub.Answer = _ => Error(status, azureCode);

        var error = await Assert.ThrowsAnyAsync<BulkMoverException>(ReadAsync);

        Assert.Equal((code, isTransient, side), (error.Code, error.IsTransient, error.Side));
        Assert.Contains("az://lake/container/blob", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, error.ToString(), StringComparison.Ordinal);
        Assert.InRange(stub.Requests, 1, 4);
    }

    /// <summary>Azurite so answers to a key that is wrong, Azure to who is kept out by the firewall.</summary>
    [Fact]
    public async Task ReadAsync_StoreDoesNotSayWhetherItIsTheKey_NamesBoth()
    {
        stub.Answer = _ => Error(403, "AuthorizationFailure");

        var error = await Assert.ThrowsAsync<EnvironmentException>(ReadAsync);

        Assert.Contains("is right", error.Message, StringComparison.Ordinal);
        Assert.Contains("firewall", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_StoreIsBusyForAMoment_IsAskedAgainWhenItWantsToBe()
    {
        stub.Answer = request => stub.Requests < 3 ? Error(503, "ServerBusy", retryAfter: "0") : HttpStub.Range(request, new byte[10]);

        await ReadAsync();

        Assert.Equal(3, stub.Requests);
    }

    [Fact]
    public async Task ReadAsync_StoreWantsToBeLeftAloneForAnHour_IsAnErrorNow()
    {
        stub.Answer = _ => Error(503, "ServerBusy", retryAfter: "3600");

        var error = await Assert.ThrowsAsync<EnvironmentException>(ReadAsync);

        Assert.Equal((1, TimeSpan.FromHours(1)), (stub.Requests, error.RetryAfter));
    }

    [Fact]
    public async Task ReadAsync_BodyBreaksOff_IsReadAgainFromTheBeginningOfTheRange()
    {
        stub.Answer = request => HttpStub.Range(request, new byte[10]) with { CutAfter = stub.Requests == 1 ? 4 : null };

        await ReadAsync();

        Assert.Equal(2, stub.Requests);
    }

    [Fact]
    public async Task ReadAsync_BodyBreaksOffAndTheObjectIsReplaced_IsAnErrorAndNoMixture()
    {
        stub.Answer = request => stub.Requests == 1
            ? HttpStub.Range(request, new byte[10]) with { CutAfter = 4 }
            : HttpStub.Range(request, [.. Enumerable.Repeat((byte)1, 10)]) with { ETag = "\"another\"" };

        var error = await Assert.ThrowsAsync<EnvironmentException>(ReadAsync);

        Assert.Equal("store.object_changed", error.Code);
    }

    [Theory]
    [InlineData(200, null)]
    [InlineData(206, "bytes 0-3/10")]
    [InlineData(206, "bytes 2-9/10")]
    public async Task ReadAsync_StoreSendsAnotherRange_IsAnErrorAndNotTheseBytes(int status, string? range)
    {
        stub.Answer = _ => new HttpStubAnswer(status, new byte[status == 200 ? 10 : 4]) { ContentRange = range };
        await using IRangeReader reader = await Store().OpenAsync(Object, 10, Cancellation);

        var error = await Assert.ThrowsAsync<EnvironmentException>(async () => await reader.ReadAsync(2, new byte[4], Cancellation));

        Assert.Equal("store.range_ignored", error.Code);
    }

    [Fact]
    public async Task ReadAsync_Cancelled_IsACancellation()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        stub.Answer = request =>
        {
            stop.Cancel();
            return HttpStub.Range(request, new byte[10]);
        };
        await using IRangeReader reader = await Store().OpenAsync(Object, 10, Cancellation);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reader.ReadAsync(0, new byte[10], stop.Token));
    }

    [Fact]
    public async Task ReadAsync_NobodyListens_IsTransient()
    {
        AzureObjectStore store = Store();
        stub.Dispose();

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => ReadAsync(store));

        Assert.Equal(("store.unreachable", true), (error.Code, error.IsTransient));
    }

    [Fact]
    public async Task ReadAsync_NoSuchAccount_NamesIt()
    {
        var access = new AzureAccess { Account = "lake", ConnectionString = $"AccountName=lake;AccountKey={Key};BlobEndpoint=https://lake.blob.invalid" };

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => ReadAsync(new AzureObjectStore(access, new StoreRequests(new RequestLimits()))));

        Assert.Equal("store.account_unknown", error.Code);
        Assert.Contains("'lake'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_NobodySaysWhoWeAre_NamesTheVariables()
    {
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => ReadAsync(new AzureObjectStore(new AzureAccess { Identity = new Nobody() }, new StoreRequests(new RequestLimits()))));

        Assert.Equal("store.credentials_missing", error.Code);
        Assert.Contains(AzureAccess.ConnectionStringVariable, error.Message, StringComparison.Ordinal);
        Assert.Contains("AZURE_STORAGE_ACCOUNT to 'lake'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_IdentityIsRefused_SaysSoAndWhatElseThereIs()
    {
        var access = new AzureAccess { Identity = new Nobody { Error = new AuthenticationFailedException("AADSTS7000215: Invalid client secret") } };

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => ReadAsync(new AzureObjectStore(access, new StoreRequests(new RequestLimits()))));

        Assert.Equal(("store.credentials_refused", false), (error.Code, error.IsTransient));
        Assert.Contains("AADSTS7000215", error.Message, StringComparison.Ordinal);
        Assert.Contains(AzureAccess.KeyVariable, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_AccountThatTheKeyIsNotOf_IsNotReadWithTheKey()
    {
        var access = new AzureAccess { Account = "other", Key = Key, Identity = new Nobody() };

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => ReadAsync(new AzureObjectStore(access, new StoreRequests(new RequestLimits()))));

        Assert.Equal("store.credentials_missing", error.Code);
    }

    [Theory]
    [InlineData("az", "lake")]
    [InlineData("az", "lake/")]
    [InlineData("az", "/container/blob")]
    [InlineData("az", "evil.example/container/blob")]
    [InlineData("az", "a@evil.example/container/blob")]
    [InlineData("s3", "lake/container/blob")]
    public async Task OpenAsync_NoLocationInAzure_ThrowsInvalidInput(string scheme, string path) =>
        await Assert.ThrowsAsync<InvalidInputException>(() => ReadAsync(new AzureObjectStore(new AzureAccess { Identity = new Nobody() }, new StoreRequests(new RequestLimits())), new Location(scheme, path)));

    private static HttpStubAnswer Error(int status, string code, string? retryAfter = null)
    {
        var answer = new HttpStubAnswer(status, []) { Headers = { ["x-ms-error-code"] = code } };
        if (retryAfter is not null)
            answer.Headers["Retry-After"] = retryAfter;
        return answer;
    }

    private Task ReadAsync() => ReadAsync(Store());

    private static Task ReadAsync(AzureObjectStore store) => ReadAsync(store, Object);

    private static async Task ReadAsync(AzureObjectStore store, Location location)
    {
        await using IRangeReader reader = await store.OpenAsync(location, 10, Cancellation);
        await reader.ReadAsync(0, new byte[10], Cancellation);
    }

    private AzureObjectStore Store() => new(new AzureAccess { Account = "lake", ConnectionString = $"AccountName=lake;AccountKey={Key};BlobEndpoint={stub.Endpoint}lake" }, new StoreRequests(new RequestLimits()));

    private sealed class Nobody : TokenCredential
    {
        public Exception Error { get; init; } = new CredentialUnavailableException("nobody is signed in");

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw Error;

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw Error;
    }
}
