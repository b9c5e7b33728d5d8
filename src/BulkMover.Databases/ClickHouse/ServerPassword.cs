using BulkMover.Core.Errors;
using BulkMover.Core.Secrets;

namespace BulkMover.Databases.ClickHouse;

/// <summary>The password of a ClickHouse user, from where secrets may come from.</summary>
public static class ServerPassword
{
    public const string Variable = "BULKMOVER_CLICKHOUSE_PASSWORD";
    public const string FileVariable = Variable + EnvironmentSecret.FileSuffix;

    /// <summary>The variable of ClickHouse's own clients.</summary>
    private const string ClientVariable = "CLICKHOUSE_PASSWORD";

    /// <summary>From our variable, our file, or the variable of ClickHouse's clients, in this order; empty when none is set.</summary>
    /// <exception cref="EnvironmentException">The named file cannot be read.</exception>
    public static string FromEnvironment() =>
        EnvironmentSecret.Read(Variable, "clickhouse.password_file") ?? Environment.GetEnvironmentVariable(ClientVariable) ?? "";
}
