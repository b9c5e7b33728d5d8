using BulkMover.Core.Stores;
using Xunit;

namespace BulkMover.Core.Tests.Stores;

public sealed class LocationTests
{
    [Theory]
    [InlineData("/lake/t", "delta:/lake/t")]
    [InlineData("s3://lake/t", "delta+s3://lake/t")]
    [InlineData("az://account/lake/t", "delta+az://account/lake/t")]
    public void AddressOf_Format_IsWhatTheCommandTakes(string location, string address) => Assert.Equal(address, Location.Parse(location).AddressOf("delta"));
}
