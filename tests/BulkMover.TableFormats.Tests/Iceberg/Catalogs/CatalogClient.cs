using BulkMover.Core.Errors;
using BulkMover.TableFormats.Iceberg.Catalogs;
using BulkMover.Testing.Catalogs;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg.Catalogs;

/// <summary>Opens a test's catalog and its tables, without waiting between attempts.</summary>
internal static class CatalogClient
{
    public static readonly CatalogSecrets NoSecrets = new(null, null);

    private static readonly Retry Impatient = new() { FirstWait = TimeSpan.FromMilliseconds(1) };

    public static Task<RestCatalog> OpenAsync(this CatalogServer server, CatalogSecrets? secrets = null, string parameters = "", TimeProvider? time = null) =>
        RestCatalog.OpenAsync(
            CatalogAddress.Parse(server.AddressOf("ns.t") + parameters), secrets ?? NoSecrets, Impatient, time ?? TimeProvider.System, TestContext.Current.CancellationToken);

    public static async Task<CatalogTable> LoadAsync(this CatalogServer server, string table = "ns.t", CatalogSecrets? secrets = null, string parameters = "") =>
        await (await server.OpenAsync(secrets, parameters)).LoadTableAsync(CatalogTableName.Parse(table)!, TestContext.Current.CancellationToken);

    /// <summary>A table without rows at <c>s3://lake/db/t</c>.</summary>
    public static ServedTable EmptyTable(string name = "t", params string[] levels) =>
        new(levels.Length == 0 ? ["ns"] : levels, name, new TestTable().Metadata.ToJsonString(), "s3://lake/db/t/metadata/v1.metadata.json");

    public static async Task<T> FailsAsync<T>(Type type, Func<Task> call, string code)
        where T : BulkMoverException
    {
        var error = (T)await Assert.ThrowsAsync(type, call);
        Assert.Equal(code, error.Code);
        return error;
    }

    public static async Task<T> FailsAsync<T>(Func<Task> call, string code)
        where T : BulkMoverException
    {
        T error = await Assert.ThrowsAsync<T>(call);
        Assert.Equal(code, error.Code);
        return error;
    }
}

/// <summary>A clock that a test sets.</summary>
internal sealed class TestTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
