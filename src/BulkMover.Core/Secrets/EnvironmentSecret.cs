using BulkMover.Core.Errors;

namespace BulkMover.Core.Secrets;

/// <summary>A secret from where secrets may come from: an environment variable, or a file that another one names.</summary>
public static class EnvironmentSecret
{
    /// <summary>What the name of the variable that names a file ends with.</summary>
    public const string FileSuffix = "_FILE";

    /// <summary>The variable's value, else the content of the file that <paramref name="variable"/> with <see cref="FileSuffix"/> names; null when neither is set.</summary>
    /// <param name="variable">Name of the variable.</param>
    /// <param name="fileCode">Code of the error for a file that cannot be read.</param>
    /// <exception cref="EnvironmentException">The named file cannot be read.</exception>
    public static string? Read(string variable, string fileCode)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } secret)
            return secret;
        return Environment.GetEnvironmentVariable(variable + FileSuffix) is { Length: > 0 } path ? ReadFile(path, variable + FileSuffix, fileCode) : null;
    }

    private static string ReadFile(string path, string variable, string code)
    {
        try
        {
            // Editors end a file with a newline that is not part of the secret.
            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException(code, $"The file '{path}' with a secret cannot be read: {error.Message} Correct {variable}.", error);
        }
    }
}
