using System.Globalization;
using BulkMover.Core.Errors;

namespace BulkMover.Databases.ClickHouse;

/// <summary>
/// Where a table is: <c>clickhouse://user@host:8123/database/table</c>, <c>clickhouses://</c> for TLS, or
/// <c>clickhouse+embedded:DIR?table=database.table</c>. Each part may be percent-encoded. It never holds a secret.
/// </summary>
public sealed record ClickHouseAddress
{
    public const string Scheme = "clickhouse://";
    public const string TlsScheme = "clickhouses://";
    public const string EmbeddedScheme = "clickhouse+embedded:";

    private const string TableParameter = "table=";
    private const string DefaultName = "default";

    private ClickHouseAddress(TableName table) => Table = table;

    public TableName Table { get; }

    /// <summary>Data directory of the embedded engine, absolute; null for a server.</summary>
    public string? Directory { get; private init; }

    /// <summary>The server's HTTP interface; null for the embedded engine.</summary>
    public Uri? Server { get; private init; }

    public string User { get; private init; } = DefaultName;

    public static bool IsAddress(string text) =>
        Array.Exists([Scheme, TlsScheme, EmbeddedScheme], scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="InvalidInputException">It is not complete, or it holds a password.</exception>
    public static ClickHouseAddress Parse(string text)
    {
        if (After(EmbeddedScheme, text) is { } embedded)
            return ParseEmbedded(text, embedded);
        if (After(TlsScheme, text) is { } tls)
            return ParseServer(text, tls, "https", 8443);
        return After(Scheme, text) is { } plain ? ParseServer(text, plain, "http", 8123) : throw Invalid(text, "it has another scheme");
    }

    /// <summary>The same text for every way to write the address: directories are absolute, ports are told.</summary>
    public override string ToString() => Directory is null
        ? $"clickhouse{(Server!.Scheme == "https" ? "s" : "")}://{Uri.EscapeDataString(User)}@{Server.Authority}{(Server.IsDefaultPort ? $":{Server.Port}" : "")}/{Encode(Table.Database)}/{Encode(Table.Table)}"
        : $"{EmbeddedScheme}{Directory.Replace("%", "%25", StringComparison.Ordinal).Replace("?", "%3F", StringComparison.Ordinal)}?table={Encode(Table.Database)}.{Encode(Table.Table)}";

    private static ClickHouseAddress ParseEmbedded(string text, string rest)
    {
        int question = rest.IndexOf('?', StringComparison.Ordinal);
        string query = question < 0 ? "" : rest[(question + 1)..];
        if (question <= 0 || !query.StartsWith(TableParameter, StringComparison.Ordinal) || query.Contains('&', StringComparison.Ordinal))
            throw Invalid(text, "it must be a directory and ?table=database.table, nothing else");

        string name = query[TableParameter.Length..];
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        var table = new TableName(dot < 0 ? DefaultName : Name(text, name[..dot], "database"), Name(text, name[(dot + 1)..], "table"));
        return new ClickHouseAddress(table) { Directory = Path.GetFullPath(Name(text, rest[..question], "directory")) };
    }

    private static ClickHouseAddress ParseServer(string text, string rest, string scheme, int defaultPort)
    {
        string[] segments = rest.Split('/');
        string authority = segments[0];
        int at = authority.LastIndexOf('@');
        string user = at < 0 ? DefaultName : authority[..at];
        // Before anything is quoted in a message: a secret must not get into logs.
        if (user.Contains(':', StringComparison.Ordinal))
        {
            throw new InvalidInputException("clickhouse.password_in_uri",
                "A ClickHouse address holds a password, which would stay in the shell's history and in logs. Leave it out and set " +
                $"{ServerPassword.Variable}, or name a file that holds it with {ServerPassword.FileVariable}.");
        }

        if (segments.Length != 3 || rest.Contains('?', StringComparison.Ordinal))
            throw Invalid(text, $"it must be {scheme.Replace("http", "clickhouse", StringComparison.Ordinal)}://user@host:{defaultPort}/database/table");

        return new ClickHouseAddress(new TableName(Name(text, segments[1], "database"), Name(text, segments[2], "table")))
        {
            Server = Endpoint(text, scheme, authority[(at + 1)..], defaultPort), User = Name(text, user, "user"),
        };
    }

    private static Uri Endpoint(string text, string scheme, string authority, int defaultPort)
    {
        int colon = authority.LastIndexOf(':');
        // The colons of an IPv6 address are inside brackets.
        bool hasPort = colon > authority.LastIndexOf(']');
        string host = hasPort ? authority[..colon] : authority;
        int port = defaultPort;
        if (hasPort && !(int.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535))
            throw Invalid(text, $"'{authority[(colon + 1)..]}' is not a port");
        if (Uri.CheckHostName(host.Trim('[', ']')) == UriHostNameType.Unknown)
            throw Invalid(text, $"'{host}' is not a host");
        return new UriBuilder(scheme, host, port).Uri;
    }

    private static string Name(string text, string encoded, string what)
    {
        string name = Uri.UnescapeDataString(encoded);
        // ClickHouse's own parsers end a name at a zero character.
        return name.Length > 0 && !name.Contains('\0', StringComparison.Ordinal) ? name : throw Invalid(text, $"it names no {what}");
    }

    private static string Encode(string name) => Uri.EscapeDataString(name).Replace(".", "%2E", StringComparison.Ordinal);

    private static string? After(string scheme, string text) =>
        text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? text[scheme.Length..] : null;

    private static InvalidInputException Invalid(string text, string problem) => new("clickhouse.address",
        $"'{text}' is not the address of a ClickHouse table: {problem}. Characters with a meaning of their own are percent-encoded (/ as %2F, ? as %3F).");
}
