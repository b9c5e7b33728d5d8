using BulkMover.Core.Errors;

namespace BulkMover.Databases.ClickHouse;

/// <summary>The password of a ClickHouse user, from where secrets may come from.</summary>
public static class ServerPassword
{
    public const string Variable = "BULKMOVER_CLICKHOUSE_PASSWORD";
    public const string FileVariable = "BULKMOVER_CLICKHOUSE_PASSWORD_FILE";

    /// <summary>The variable of ClickHouse's own clients.</summary>
    private const string ClientVariable = "CLICKHOUSE_PASSWORD";

    /// <summary>From our variable, our file, or the variable of ClickHouse's clients, in this order; empty when none is set.</summary>
    /// <exception cref="EnvironmentException">The named file cannot be read.</exception>
    public static string FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } password)
            return password;
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } path)
            return Read(path);
        return Environment.GetEnvironmentVariable(ClientVariable) ?? "";
    }

    private static string Read(string path)
    {
        try
        {
            // Editors end a file with a newline that is not part of the password.
            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException("clickhouse.password_file",
                $"The password file '{path}' cannot be read: {error.Message} Correct {FileVariable}.", error);
        }
    }
}
