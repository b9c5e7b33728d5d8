using BulkMover.Core.Errors;
using BulkMover.ObjectStores.Azure;
using Xunit;

namespace BulkMover.ObjectStores.Tests.Azure;

public sealed class AzureAccessTests
{
    private const string Key = "aHVudGVyMg==";

    [Theory]
    [InlineData($"DefaultEndpointsProtocol=https;AccountName=lake;AccountKey={Key};EndpointSuffix=core.windows.net", "lake")]
    [InlineData($"BlobEndpoint=https://lake.blob.core.chinacloudapi.cn;AccountName=lake;AccountKey={Key}", "lake")]
    [InlineData($"BlobEndpoint=https://data.example.com;AccountName=lake;AccountKey={Key}", "lake")]
    [InlineData("BlobEndpoint=https://lake.blob.core.windows.net;SharedAccessSignature=sv=2024-01-01&se=2030-01-01&sig=x", "lake")]
    [InlineData("UseDevelopmentStorage=true", "devstoreaccount1")]
    public void From_ConnectionString_SaysWhichAccountItIsOf(string text, string account)
    {
        AzureAccess access = From((AzureAccess.ConnectionStringVariable, text), (AzureAccess.AccountVariable, "another"));

        Assert.Equal((account, text), (access.Account, access.ConnectionString));
    }

    [Theory]
    [InlineData("hunter2")]
    [InlineData("AccountName=lake;AccountKey=hunter2!")]
    [InlineData("AccountName=lake")]
    public void From_NoConnectionString_IsRefusedWithoutQuotingIt(string text)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => From((AzureAccess.ConnectionStringVariable, text)));

        Assert.Equal("store.connection_string_invalid", error.Code);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AzureAccess.KeyVariable)]
    [InlineData(AzureAccess.SasTokenVariable)]
    public void From_CredentialsWithoutAnAccount_AreRefusedByName(string variable)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => From((variable, Key)));

        Assert.Equal("store.account_missing", error.Code);
        Assert.Contains(variable, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void From_AccountAlone_LeavesTheRestToTheIdentity() =>
        Assert.Equal(new AzureAccess { Account = "lake" }, From((AzureAccess.AccountVariable, "lake"), (AzureAccess.KeyVariable, "")));

    [Fact]
    public void ToString_HoldsNoSecret()
    {
        string text = new AzureAccess { Account = "lake", Key = Key, SasToken = "sig=x", ConnectionString = "AccountKey=y" }.ToString();

        Assert.Contains("lake", text, StringComparison.Ordinal);
        Assert.All([Key, "sig=", "AccountKey"], secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
    }

    private static AzureAccess From(params (string Name, string Value)[] variables) =>
        AzureAccess.From(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
