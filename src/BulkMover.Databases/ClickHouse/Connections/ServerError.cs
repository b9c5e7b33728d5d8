using System.Globalization;
using System.Net;
using BulkMover.Core.Errors;

namespace BulkMover.Databases.ClickHouse.Connections;

/// <summary>Turns what a server, a proxy or the network says into an error with a code and a next step. The one place that does.</summary>
internal static class ServerError
{
    /// <summary>Code of what is in none of the lists below.</summary>
    public const string Refused = "clickhouse.refused";

    private const int ShownCharacters = 1000;
    private const int NotEnoughSpace = 243;
    private const string TooManyQueries = "too_many_queries";

    private static readonly (string Reason, string NextStep) Authentication = ("authentication", $"Check user and password ({ServerPassword.Variable}).");

    /// <summary>ClickHouse's error codes (its ErrorCodes.cpp) that last until somebody changes something, and need other words than its own.</summary>
    private static readonly Dictionary<int, (string Reason, string NextStep)> Lasting = new()
    {
        [57] = ("table_exists", "Somebody else made it meanwhile. Run the command again."),
        [60] = ("table_missing", "Check the name of the table; if it is one that the copy made, somebody dropped it: run the command again."),
        [81] = ("database_missing", "Create the database, or correct its name in the address."),
        [115] = ("server_too_old", "The server does not know a setting that the copy needs; use a newer server."),
        [164] = ("readonly", "The user may only read, or may change no settings (readonly); give the user a profile that may."),
        [192] = Authentication,
        [193] = Authentication,
        [194] = Authentication,
        [195] = ("address_not_allowed", "The user may not come from this machine; allow its address (HOST), or run the command elsewhere."),
        [201] = ("quota", "The user's quota is used up; raise it, or run the command again in its next interval: it goes on with what has arrived."),
        [218] = ("table_dropped", "Somebody dropped it while the copy used it. Run the command again."),
        [253] = ("replica_exists", "Another server has it, or it was not dropped entirely; remove what is left with SYSTEM DROP REPLICA."),
        [291] = ("access_denied", "Grant the user what is missing."),
        [452] = ("setting_forbidden", "The user's profile forbids a setting that the copy needs; loosen its constraint, or use another user."),
        [472] = ("setting_forbidden", "The user's profile forbids a setting that the copy needs; loosen its constraint, or use another user."),
        [497] = ("access_denied", "Grant the user what is missing."),
        [516] = Authentication,
        [774] = ("table_readonly", "The table's disk takes no writes; make it writable, then run the command again."),
    };

    /// <summary>Those that may pass by themselves.</summary>
    private static readonly Dictionary<int, (string Reason, string NextStep)> Passing = new()
    {
        [159] = ("server_timeout", "The server gave up after its own time limit (max_execution_time); raise it or try later."),
        [160] = ("server_timeout", "The server gave up for the statement was too slow (min_execution_speed); lower it or try later."),
        [209] = ("server_network", "A connection inside or to the server broke; try again."),
        [210] = ("server_network", "A connection inside or to the server broke; try again."),
        [279] = ("server_network", "The server reaches no server of a shard; try again."),
        [1000] = ("server_network", "A connection inside or to the server broke; try again."),
        [225] = ("keeper", "The server has no connection to its Keeper; try again when it has."),
        [319] = ("keeper", "The server lost its Keeper while it wrote, and finds out within minutes what came of it; try again then."),
        [999] = ("keeper", "The server has no connection to its Keeper; try again when it has."),
        [236] = ("server_stopping", "The server was stopping, or somebody stopped what it did; try again."),
        [696] = ("server_stopping", "The server was stopping, or somebody stopped what it did; try again."),
        [242] = ("table_readonly", "The table takes no writes for now; try again when the server has repaired it."),
        [243] = ("server_disk", "The server's disk is full; make room, then run the command again: it goes on with what has arrived."),
        [384] = ("table_busy", "Another statement holds the table or its parts; try again when it has ended."),
        [473] = ("table_busy", "Another statement holds the table or its parts; try again when it has ended."),
        [733] = ("table_busy", "Another statement holds the table or its parts; try again when it has ended."),
        [394] = ("query_killed", "Somebody cancelled the query on the server; run the command again."),
    };

    /// <summary>Those that pass the sooner the less is asked of the server.</summary>
    private static readonly Dictionary<int, (string Reason, string NextStep)> Overload = new()
    {
        [173] = ("server_memory", "The server has no memory left for the query; use fewer --writers or try later."),
        [241] = ("server_memory", "The server has no memory left for the query; use fewer --writers or try later."),
        [777] = ("server_memory", "The server has no memory left for the query; use fewer --writers or try later."),
        [778] = ("server_memory", "The server has no memory left for the query; use fewer --writers or try later."),
        [202] = (TooManyQueries, "As many queries run as the server, or the user's profile (max_concurrent_queries_for_user), allows; use fewer --writers or try later."),
        [203] = ("server_busy", "The server has no connection left; use fewer --writers or try later."),
        [364] = ("server_busy", "The server was asked too often; use fewer --writers or try later."),
        [439] = ("server_busy", "The server has no thread left for the query; use fewer --writers or try later."),
        [700] = ("server_busy", "The user has as many sessions as allowed; use fewer --writers or try later."),
        [745] = ("server_busy", "The server has more to do than it can; use fewer --writers or try later."),
        [749] = ("server_busy", "The server has as many connections as it allows; use fewer --writers or try later."),
        [762] = ("server_busy", "The server has as many connections as it allows; use fewer --writers or try later."),
        [252] = ("too_many_parts", "The server merges more slowly than rows come; use fewer --writers or try later."),
    };

    /// <summary>The server has not begun with it, for as many queries run as may at a time.</summary>
    public static bool IsTooManyQueries(BulkMoverException error) => error.Code == $"clickhouse.{TooManyQueries}";

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
        if (answer.StatusCode is >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout)
        {
            return new EnvironmentException("clickhouse.proxy",
                $"Something in front of {server} answered {(int)answer.StatusCode} {answer.ReasonPhrase}: {Shorten(body)} Try again; if it stays so, check host and port.")
            {
                IsTransient = true, IsOverload = answer.StatusCode == HttpStatusCode.TooManyRequests, RetryAfter = answer.Headers.RetryAfter?.Delta,
            };
        }

        // The native protocol's port says so itself, in plain words.
        return new InvalidInputException("clickhouse.not_clickhouse",
            $"{server} is not the HTTP interface of a ClickHouse; it answered {(int)answer.StatusCode} {answer.ReasonPhrase}: {Shorten(body)} " +
            "Check host and port (HTTP 8123, TLS 8443; 9000 speaks another protocol).");
    }

    private static BulkMoverException FromServer(int code, string body, Uri server)
    {
        string refused = $"{server} refused: {Shorten(body)}";
        // Whichever of its calls met it, the server hands the system's words on.
        if (body.Contains("No space left on device", StringComparison.Ordinal))
            code = NotEnoughSpace;
        if (Lasting.TryGetValue(code, out (string Reason, string NextStep) known))
            return new TargetException($"clickhouse.{known.Reason}", $"{refused} {known.NextStep}");
        bool isOverload = Overload.TryGetValue(code, out known);
        return isOverload || Passing.TryGetValue(code, out known)
            ? new EnvironmentException($"clickhouse.{known.Reason}", $"{refused} {known.NextStep}") { IsTransient = true, IsOverload = isOverload }
            : new TargetException(Refused, refused);
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
