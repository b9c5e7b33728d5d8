using BulkMover.Core.Stores;
using Xunit;

namespace BulkMover.Core.Tests.Stores;

public sealed class AzureAddressTests
{
    [Theory]
    [InlineData("abfss://c@lake.dfs.core.windows.net/t/a b%20c.parquet", "lake/c/t/a b%20c.parquet")]
    [InlineData("ABFS://c@lake.dfs.core.windows.net/t", "lake/c/t")]
    [InlineData("wasbs://c@lake.blob.core.windows.net/t//a", "lake/c/t//a")]
    [InlineData("wasb://c@lake.blob.core.chinacloudapi.cn/t/", "lake/c/t")]
    [InlineData("abfss://c@lake.dfs.core.windows.net", "lake/c")]
    [InlineData("abfss://lake.dfs.core.windows.net/c/t", "lake/c/t")]
    [InlineData("https://lake.blob.core.windows.net/c/t/a@b", "lake/c/t/a@b")]
    [InlineData("https://lake.dfs.core.windows.net/c/t", "lake/c/t")]
    [InlineData("https://lake.z12.blob.storage.azure.net/c/t", "lake/c/t")]
    [InlineData("https://lake.blob.core.windows.net/c/t?sv=2024&sig=hunter2", "lake/c/t")]
    [InlineData("az://c/t", "known/c/t")]
    [InlineData("abfss://c/t?x", "known/c/t?x")]
    [InlineData("az://known/c/t", "known/c/t")]
    public void TryParse_AddressOfAnObject_IsItsLocation(string text, string path) =>
        Assert.Equal(new Location("az", path), AzureAddress.TryParse(text, "known"));

    [Fact]
    public void TryParse_NoAccountIsKnown_TheFirstSegmentIsIt() =>
        Assert.Equal(new Location("az", "lake/c/t"), AzureAddress.TryParse("az://lake/c/t", account: null));

    [Fact]
    public void TryParse_PrintedLocation_IsTheSame()
    {
        var location = new Location("az", "lake/c/t/a");

        Assert.Equal(location, AzureAddress.TryParse(location.ToString(), AzureAddress.AccountOf(location)));
    }

    [Theory]
    [InlineData("/data/abfss://c/t")]
    [InlineData("s3://bucket/key")]
    [InlineData("https://example.com/c/t")]
    [InlineData("https://blob.example.com/c/t")]
    [InlineData("az:/c/t")]
    [InlineData("://c/t")]
    public void TryParse_AnotherStore_IsNone(string text) => Assert.Null(AzureAddress.TryParse(text, "known"));

    [Fact]
    public void AccountOf_LocationElsewhere_IsNone()
    {
        Assert.Null(AzureAddress.AccountOf(new Location("s3", "bucket/key")));
        Assert.Null(AzureAddress.AccountOf(default));
    }
}
