using System.Globalization;
using System.Net;
using BulkMover.Core.Errors;

namespace BulkMover.Databases.ClickHouse.Connections;

/// <summary>Turns what a server, a proxy or the network says into an error with a code and a next step. The one place that does.</summary>
internal static class ServerError
{
    private const int ShownCharacters = 1000;

    /// <summary>
    /// ClickHouse's error codes (its ErrorCodes.cpp) that need other words than its own, or that may pass by themselves.
    /// </summary>
    private static readonly Dictionary<int, (string Reason, string NextStep, bool IsTransient)> Known = new()
    {
        [60] = ("table_missing", "Check the name of the table.", false),
        [81] = ("database_missing", "Create the database, or correct its name in the address.", false),
        [57] = ("table_exists", "Somebody else made it meanwhile. Run the command again.", false),
        [115] = ("server_too_old", "The server does not know a setting that the copy needs; use a newer server.", false),
        [164] = ("readonly", "Give the user the right to write.", false),
        [497] = ("access_denied", "Grant the user what is missing.", false),
        [516] = ("authentication", $"Check user and password ({ServerPassword.Variable}).", false),
        [194] = ("authentication", $"Check user and password ({ServerPassword.Variable}).", false),
        [193] = ("authentication", $"Check user and password ({ServerPassword.Variable}).", false),
        [192] = ("authentication", $"Check user and password ({ServerPassword.Variable}).", false),
        [202] = ("server_busy", "The server runs as many queries as it allows; try later.", true),
        [241] = ("server_memory", "The server has no memory left for the query; use fewer --writers or try later.", true),
        [252] = ("too_many_parts", "The server merges more slowly than rows come; use fewer --writers or try later.", true),
        [159] = ("server_timeout", "The server gave up after its own time limit (max_execution_time); raise it or try later.", true),
        [243] = ("server_disk", "The server's disk is full; make room.", true),
        [209] = ("server_network", "A connection inside or to the server broke; try again.", true),
        [210] = ("server_network", "A connection inside or to the server broke; try again.", true),
        [394] = ("query_killed", "Somebody cancelled the query on the server; run the command again.", true),
        [999] = ("keeper", "The server has no connection to its Keeper; try again when it has.", true),
    };

    /// <summary>What the answer to a request means; null when it is a ClickHouse's success.</summary>
    public static async Task<BulkMoverException?> FromAnswerAsync(HttpResponseMessage answer, Uri server, CancellationToken cancellationToken)
    {
        int? code = ExceptionCode(answer);
        bool isClickHouse = answer.Headers.Any(header => header.Key.StartsWith("X-ClickHouse-", StringComparison.OrdinalIgnoreCase));
        if (answer.IsSuccessStatusCode && code is null && isClickHouse)
            return null;

        string body = await ReadStartAsync(answer, cancellationToken);
        if (code is not null || body.StartsWith("Code: ", StringComparison.Ordinal))
            return FromServer(code ?? LeadingCode(body), body, server);
        if (answer.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
            or HttpStatusCode.TooManyRequests)
        {
            return new EnvironmentException("clickhouse.proxy",
                $"Something in front of {server} answered {(int)answer.StatusCode} {answer.ReasonPhrase}: {Shorten(body)} Try again.")
            { IsTransient = true };
        }

        // The native protocol's port says so itself, in plain words.
        return new InvalidInputException("clickhouse.not_clickhouse",
            $"{server} is not the HTTP interface of a ClickHouse; it answered {(int)answer.StatusCode} {answer.ReasonPhrase}: {Shorten(body)} " +
            "Check host and port (HTTP 8123, TLS 8443; 9000 speaks another protocol).");
    }

    private static BulkMoverException FromServer(int code, string body, Uri server)
    {
        string message = Shorten(body);
        if (!Known.TryGetValue(code, out (string Reason, string NextStep, bool IsTransient) known))
            return new TargetException("clickhouse.refused", $"{server} refused: {message}");
        string text = $"{server} refused: {message} {known.NextStep}";
        return known.IsTransient
            ? new EnvironmentException($"clickhouse.{known.Reason}", text) { IsTransient = true }
            : new TargetException($"clickhouse.{known.Reason}", text);
    }

    private static int? ExceptionCode(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("X-ClickHouse-Exception-Code", out IEnumerable<string>? values)
            && int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out int code) ? code : null;

    private static int LeadingCode(string body) =>
        int.TryParse(body.AsSpan(6, Math.Max(0, body.IndexOf('.', StringComparison.Ordinal) - 6)), NumberStyles.None, CultureInfo.InvariantCulture, out int code) ? code : 0;

    /// <summary>A hostile or mistaken server may answer without end.</summary>
    private static async Task<string> ReadStartAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using Stream stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        byte[] start = new byte[16 * 1024];
        int read = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        return System.Text.Encoding.UTF8.GetString(start, 0, read);
    }

    private static string Shorten(string text)
    {
        string trimmed = text.Trim();
        return trimmed.Length <= ShownCharacters ? trimmed : $"{trimmed[..ShownCharacters]}…";
    }
}
