using BulkMover.Core.Errors;
using BulkMover.TableFormats.Iceberg.Catalogs;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg.Catalogs;

public sealed class CatalogAddressTests
{
    [Fact]
    public void Parse_Complete_HasBaseTableAndProperties()
    {
        var address = CatalogAddress.Parse("iceberg+rest:https://host:8181/api/catalog/?table=a.b%2Ec.t&warehouse=s3%3A%2F%2Flake&scope=PRINCIPAL_ROLE:ALL");

        Assert.Equal("https://host:8181/api/catalog/", address.Catalog.AbsoluteUri);
        Assert.Equal(["a", "b.c"], address.Table.Namespace);
        Assert.Equal("t", address.Table.Name);
        Assert.Equal("s3://lake", address.Properties["warehouse"]);
        Assert.Equal("PRINCIPAL_ROLE:ALL", address.Properties["scope"]);
    }

    [Theory]
    [InlineData("iceberg+rest:https://Host?scope=x&table=n.t&warehouse=w", "iceberg+rest:https://host?table=n.t&warehouse=w&scope=x")]
    [InlineData("ICEBERG+REST:https://host:443/c/?table=n%2Em.t", "iceberg+rest:https://host/c?table=n%2Em.t")]
    public void ToString_ForEveryWayToWriteIt_IsTheSame(string written, string printed) =>
        Assert.Equal(printed, CatalogAddress.Parse(written).ToString());

    [Theory]
    [InlineData("iceberg+rest:https://me:hunter2@host?table=n.t")]
    [InlineData("iceberg+rest:https://hunter2@host?table=n.t")]
    [InlineData("iceberg+rest:https://host?table=n.t&oauth2-server-uri=https%3A%2F%2Fme%3Ahunter2%40host%2Ftoken")]
    [InlineData("iceberg+rest:https://host?table=n.t&token=hunter2")]
    [InlineData("iceberg+rest:https://host?table=n.t&credential=id:hunter2")]
    [InlineData("iceberg+rest:https://host?table=n.t&client_secret=hunter2")]
    [InlineData("iceberg+rest:https://host?table=n.t&s3.secret-access-key=hunter2")]
    public void Parse_HoldsASecret_IsRefusedWithoutQuotingIt(string text)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => CatalogAddress.Parse(text));

        Assert.Equal("catalog.secret_in_uri", error.Code);
        Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
        Assert.Contains("BULKMOVER_ICEBERG_CREDENTIAL", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("iceberg+rest:https://host")]
    [InlineData("iceberg+rest:https://host?table=")]
    [InlineData("iceberg+rest:https://host?table=t")]
    [InlineData("iceberg+rest:https://host?table=n.")]
    [InlineData("iceberg+rest:https://host?table=n.%2E%2E")]
    [InlineData("iceberg+rest:https://host?table=n.t&table=n.u")]
    [InlineData("iceberg+rest:https://host?table=n.t&cloud=x")]
    [InlineData("iceberg+rest:host?table=n.t")]
    [InlineData("iceberg+rest:ftp://host?table=n.t")]
    [InlineData("iceberg+rest:https://host#x?table=n.t")]
    public void Parse_Incomplete_SaysHowToWriteIt(string text)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => CatalogAddress.Parse(text));

        Assert.Equal("catalog.address", error.Code);
        Assert.Contains("?table=namespace.table", error.Message, StringComparison.Ordinal);
    }
}
