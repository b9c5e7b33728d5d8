using BulkMover.Core.Errors;
using BulkMover.TableFormats.Iceberg.Catalogs;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg.Catalogs;

public sealed class CatalogSecretsTests : IDisposable
{
    private static readonly string[] Variables =
        ["BULKMOVER_ICEBERG_TOKEN", "BULKMOVER_ICEBERG_TOKEN_FILE", "BULKMOVER_ICEBERG_CREDENTIAL", "BULKMOVER_ICEBERG_CREDENTIAL_FILE"];

    private readonly TemporaryDirectory directory = new();
    private readonly string?[] before = [.. Variables.Select(Environment.GetEnvironmentVariable)];

    public CatalogSecretsTests() => Set(null, null, null, null);

    public void Dispose()
    {
        Set(before);
        directory.Dispose();
    }

    [Fact]
    public void FromEnvironment_NothingIsSet_HasNone() => Assert.Equal(new CatalogSecrets(null, null), CatalogSecrets.FromEnvironment());

    [Fact]
    public void FromEnvironment_VariableOrFile_TheVariableGoesFirst()
    {
        string file = directory.PathOf("secret");
        File.WriteAllText(file, "id:in file\n");

        Set("token", file, null, file);
        Assert.Equal(new CatalogSecrets("token", "id:in file"), CatalogSecrets.FromEnvironment());
    }

    [Fact]
    public void FromEnvironment_FileIsMissing_NamesItAndTheVariable()
    {
        Set(null, null, null, "/nowhere/secret");
        var error = Assert.Throws<EnvironmentException>(CatalogSecrets.FromEnvironment);
        Assert.Equal("catalog.secret_file", error.Code);
        Assert.Contains("'/nowhere/secret'", error.Message, StringComparison.Ordinal);
        Assert.Contains("BULKMOVER_ICEBERG_CREDENTIAL_FILE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_HoldsNoSecret() => Assert.DoesNotContain("hunter2", new CatalogSecrets("hunter2", "hunter2").ToString(), StringComparison.Ordinal);

    private static void Set(params string?[] values)
    {
        for (int i = 0; i < Variables.Length; i++)
            Environment.SetEnvironmentVariable(Variables[i], values[i]);
    }
}
