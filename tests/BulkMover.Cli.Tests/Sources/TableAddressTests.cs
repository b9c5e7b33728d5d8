using BulkMover.Cli.Sources;
using BulkMover.Cli.Targets;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using Xunit;

namespace BulkMover.Cli.Tests.Sources;

public sealed class TableAddressTests
{
    [Theory]
    [InlineData("parquet:/data/a b%20.parquet", "parquet", "/data/a b%20.parquet")]
    [InlineData("delta:/data/t/", "delta", "/data/t")]
    [InlineData("ICEBERG:/data/t", "iceberg", "/data/t")]
    [InlineData("iceberg:file:///data/t", "iceberg", "/data/t")]
    public void Parse_LocalPath_IsTakenLiterally(string text, string format, string path) =>
        Assert.Equal(new TableAddress(format, new Location(Location.FileScheme, path)), TableAddress.Parse(text));

    [Fact]
    public void Parse_RelativePath_IsTakenFromTheCurrentDirectory() =>
        Assert.Equal(Path.GetFullPath("x/y.parquet"), TableAddress.Parse("parquet:x/y.parquet").Location.Path);

    [Theory]
    [InlineData("/data/trips.parquet", "parquet:/data/trips.parquet")]
    [InlineData("orc:/data/t", "parquet:PATH, delta:PATH or iceberg:PATH")]
    public void Parse_NoFormat_SaysHowToWriteIt(string text, string hint)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => TableAddress.Parse(text));
        Assert.Equal("source.format_unknown", error.Code);
        Assert.Contains(hint, error.Message);
    }

    [Theory]
    [InlineData("parquet+s3://bucket/a b%20*.parquet", "parquet", "bucket/a b%20*.parquet", "parquet+s3://bucket/a b%20*.parquet")]
    [InlineData("Delta+S3://bucket/t/", "delta", "bucket/t", "delta+s3://bucket/t")]
    [InlineData("iceberg+s3://bucket", "iceberg", "bucket", "iceberg+s3://bucket")]
    public void Parse_KeyInS3_IsTakenLiterally(string text, string format, string path, string printed)
    {
        var address = TableAddress.Parse(text);

        Assert.Equal(new TableAddress(format, new Location("s3", path)), address);
        Assert.Equal(printed, address.ToString());
    }

    [Fact]
    public void Parse_SecretInAnS3Address_IsRefusedWithoutQuotingIt()
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => TableAddress.Parse("parquet+s3://id:hunter2@bucket/key"));

        Assert.Equal("source.secret_in_uri", error.Code);
        Assert.DoesNotContain("hunter2", error.Message);
    }

    [Theory]
    [InlineData("iceberg+az://lake/c/a b%20", null, "lake/c/a b%20")]
    [InlineData("Delta+AZ://lake/c/t/", "lake", "lake/c/t")]
    [InlineData("parquet+az://c/t/*.parquet", "lake", "lake/c/t/*.parquet")]
    [InlineData("parquet+az://c", "lake", "lake/c")]
    public void Parse_PathInAzure_IsOfTheAccountThatTheEnvironmentNamesOrElseOfTheFirstSegment(string text, string? account, string path)
    {
        var address = TableAddress.Parse(text, () => account);

        Assert.Equal(new Location("az", path), address.Location);
        Assert.Equal($"{address.Format}+az://{path}", address.ToString());
    }

    [Fact]
    public void Parse_AccountWithoutAContainer_SaysBothWaysToWriteIt()
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => TableAddress.Parse("delta+az://lake", () => null));

        Assert.Contains("delta+az://account/container/path, or delta+az://container/path with AZURE_STORAGE_ACCOUNT set", error.Message);
    }

    [Theory]
    [InlineData("delta+az://c@lake.dfs.core.windows.net/hunter2")]
    [InlineData("delta+az://lake/c/t?sv=1&sig=hunter2")]
    public void Parse_SecretInAnAzureAddress_IsRefusedWithoutQuotingIt(string text)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => TableAddress.Parse(text, () => null));

        Assert.Equal("source.secret_in_uri", error.Code);
        Assert.DoesNotContain("hunter2", error.Message);
    }

    [Theory]
    [InlineData("parquet+gs://bucket/key")]
    [InlineData("iceberg+abfss://container@account/path")]
    public void Parse_StoreThatIsNotReadYet_IsRefusedByName(string text)
    {
        UnsupportedFeatureException error = Assert.Throws<UnsupportedFeatureException>(() => TableAddress.Parse(text));
        Assert.Contains(text.Split(':')[0], error.Message);
    }

    [Theory]
    [InlineData("s3://lake/x", "iceberg+s3://lake/x")]
    [InlineData("s3a://lake/x.parquet", "parquet+s3://lake/x.parquet")]
    [InlineData("az://lake/c/x", "iceberg+az://lake/c/x")]
    [InlineData("file:///lake/x", "iceberg:file:///lake/x")]
    [InlineData("/lake/x", "iceberg:/lake/x")]
    [InlineData("gs://lake/x", null)]
    public void Parse_FormatIsMissing_WhatIsSuggestedIsAnAddress(string text, string? suggested)
    {
        var error = Assert.Throws<InvalidInputException>(() => TableAddress.Parse(text));

        Assert.Equal("source.format_unknown", error.Code);
        Assert.Equal(suggested, error.Message.Split("did you mean ") is [_, var rest] ? rest.TrimEnd('?') : null);
        if (suggested is not null)
            TableAddress.Parse(suggested, () => null);
    }

    [Theory]
    [InlineData("parquet:/src/hive", "parquet:/src/hive/x", true)]
    [InlineData("delta+s3://lake/t", "iceberg+s3://lake/t/copy", true)]
    [InlineData("parquet:/src/hive", "parquet:/src/hive2", false)]
    [InlineData("parquet:/src/hive", "parquet:/src", false)]
    [InlineData("delta:/t", "delta:/t", false)]
    [InlineData("delta:/t", "clickhouse://me@db:8123/default/t", false)]
    [InlineData("iceberg+rest:https://catalog?table=a.b", "delta:/t", false)]
    public void ThrowIfInside_TargetLiesInTheSource_IsAnInputError(string from, string to, bool isRefused)
    {
        var target = TargetAddress.Parse(to);

        if (isRefused)
            Assert.Equal("target.inside_source", Assert.Throws<InvalidInputException>(() => target.ThrowIfInside(from)).Code);
        else
            target.ThrowIfInside(from);
    }

    [Theory]
    [InlineData("parquet:")]
    [InlineData("parquet:s3://bucket/key")]
    [InlineData("parquet+s3:bucket/key")]
    [InlineData("parquet+s3:///key")]
    [InlineData("parquet+az:container/path")]
    [InlineData("parquet+az:///path")]
    public void Parse_NoLocalPath_IsAnInputError(string text) =>
        Assert.Throws<InvalidInputException>(() => TableAddress.Parse(text));
}
