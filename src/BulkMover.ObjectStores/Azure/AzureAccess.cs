using System.Text;
using Azure.Core;
using Azure.Storage.Blobs;
using BulkMover.Core.Errors;

namespace BulkMover.ObjectStores.Azure;

/// <summary>
/// By what Azure's stores are read: a connection string, a key or a signature of one account. Other accounts, and all when there is none of
/// these, are read as <see cref="Identity"/>.
/// </summary>
public sealed record AzureAccess
{
    public const string ConnectionStringVariable = "AZURE_STORAGE_CONNECTION_STRING";
    public const string AccountVariable = "AZURE_STORAGE_ACCOUNT";
    public const string KeyVariable = "AZURE_STORAGE_KEY";
    public const string SasTokenVariable = "AZURE_STORAGE_SAS_TOKEN";

    /// <summary>Whose the connection string, the key or the signature is; null when there is no account that goes without saying.</summary>
    public string? Account { get; init; }

    /// <summary>Says where the account is, too: the emulator, or another cloud than the public one.</summary>
    public string? ConnectionString { get; init; }

    public string? Key { get; init; }

    /// <summary>A shared access signature, with or without its question mark.</summary>
    public string? SasToken { get; init; }

    /// <summary>Null for whatever Azure's SDK finds: environment, workload, managed identity, the signed-in user of Azure's command.</summary>
    public TokenCredential? Identity { get; init; }

    /// <summary>From the variables that Azure's own command reads.</summary>
    /// <exception cref="InvalidInputException">They do not fit together.</exception>
    public static AzureAccess FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <inheritdoc cref="FromEnvironment"/>
    internal static AzureAccess From(Func<string, string?> variables)
    {
        string? Variable(string name) => variables(name) is { Length: > 0 } value ? value : null;
        // It goes before the others, which may then be of another account.
        if (Variable(ConnectionStringVariable) is { } text)
            return new AzureAccess { Account = AccountOf(text), ConnectionString = text };
        var access = new AzureAccess { Account = Variable(AccountVariable), Key = Variable(KeyVariable), SasToken = Variable(SasTokenVariable) };
        return access.Account is not null || (access.Key ?? access.SasToken) is null ? access : throw new InvalidInputException("store.account_missing",
            $"{(access.Key is null ? SasTokenVariable : KeyVariable)} is set, but not whose it is. Set {AccountVariable}.");
    }

    /// <summary>Does not print secrets.</summary>
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(nameof(Account)).Append(" = ").Append(Account);
        return true;
    }

    private static string AccountOf(string connectionString)
    {
        try
        {
            string account = new BlobServiceClient(connectionString).AccountName;
            // Of an endpoint with a name of its own, only this says it.
            string? named = connectionString.Split(';').Select(part => part.Split('=', 2)).FirstOrDefault(part => part[0].Trim() == "AccountName" && part.Length > 1)?[1].Trim();
            return named ?? account;
        }
        catch (Exception error) when (error is FormatException or ArgumentException or InvalidOperationException)
        {
            // What the SDK says quotes parts of it, perhaps the key.
            throw new InvalidInputException("store.connection_string_invalid",
                $"{ConnectionStringVariable} is not a connection string of a storage account. Copy it again: DefaultEndpointsProtocol=https;AccountName=…;AccountKey=….");
        }
    }
}
