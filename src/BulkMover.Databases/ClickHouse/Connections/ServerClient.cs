using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using BulkMover.Core.Errors;
using ClickHouse.Driver;
using ClickHouse.Driver.ADO;

namespace BulkMover.Databases.ClickHouse.Connections;

/// <summary>One ClickHouse server, over HTTP with or without TLS. Safe for concurrent use.</summary>
/// <remarks>
/// Errors are those of <see cref="ServerError"/>: <see cref="TargetException"/> when the server refuses, <see cref="EnvironmentException"/>
/// when it or the network fails, <see cref="InvalidInputException"/> when it is no ClickHouse.
/// </remarks>
public sealed partial class ServerClient : IDisposable
{
    private static readonly Dictionary<string, object> NoSettings = [];

    /// <summary>
    /// Some questions are asked at once, where a user may have no room for that (<c>max_concurrent_queries_for_user</c>): they wait for each other then, and for what else the user runs.
    /// The server has not begun with what it refuses so.
    /// </summary>
    private static readonly Retry InTurn = new()
    {
        FirstWait = TimeSpan.FromMilliseconds(50), LongestWait = TimeSpan.FromSeconds(1), Attempts = int.MaxValue, Patience = TimeSpan.FromSeconds(5), Repeats = ServerError.IsTooManyQueries,
    };

    private readonly Driver plain;
    private readonly Lazy<Driver> compressed;

    public ServerClient(ServerEndpoint endpoint)
    {
        Endpoint = endpoint;
        Wire = new WireChoice(endpoint.Compression, endpoint.IsNear);
        plain = new Driver(endpoint, contentEncoding: null);
        compressed = new Lazy<Driver>(() => new Driver(endpoint, ZstdBody.ContentEncoding));
    }

    public ServerEndpoint Endpoint { get; }

    internal WireChoice Wire { get; }

    /// <summary>What the ids of all its queries begin with, so that another client can end them; null for ids of the driver's choice.</summary>
    internal string? QueryIdPrefix { get; set; }

    /// <summary>Runs a query about metadata; its rows as text.</summary>
    public async Task<IReadOnlyList<string[]>> SelectAsync(string sql, CancellationToken cancellationToken) =>
        await StreamAsync(sql, NoSettings, Endpoint.StallTimeout, cancellationToken).ToListAsync(cancellationToken);

    /// <summary>As <see cref="SelectAsync"/>, where there may be many rows: they come one by one.</summary>
    public IAsyncEnumerable<string[]> StreamAsync(string sql, CancellationToken cancellationToken) =>
        StreamAsync(sql, NoSettings, Endpoint.WorkTimeout, cancellationToken);

    /// <summary>Runs a query that reads whole tables, however long it takes; its rows as text.</summary>
    public async Task<IReadOnlyList<string[]>> WorkAsync(string sql, IReadOnlyDictionary<string, object> settings, CancellationToken cancellationToken) =>
        await StreamAsync(sql, settings, Timeout.InfiniteTimeSpan, cancellationToken).ToListAsync(cancellationToken);

    /// <summary>Whether the user has all these rights, written as GRANT has them.</summary>
    public async Task<bool> HasRightsAsync(string rights, CancellationToken cancellationToken) =>
        // The statement takes no FORMAT.
        (await RunAsync($"CHECK GRANT {rights}", new Dictionary<string, object> { ["default_format"] = "TabSeparated" }, Endpoint.StallTimeout, cancellationToken)).Trim() == "1";

    /// <summary>Runs a statement that works.</summary>
    public Task ExecuteAsync(string sql, IReadOnlyDictionary<string, object> settings, CancellationToken cancellationToken) =>
        RunAsync(sql, settings, Endpoint.WorkTimeout, cancellationToken);

    /// <summary>Starts an INSERT … FORMAT Native, whose blocks are written as they come. The caller disposes it.</summary>
    public InsertRequest Insert(string sql, IReadOnlyDictionary<string, object> settings) => new(this, sql, settings);

    public void Dispose()
    {
        plain.Dispose();
        if (compressed.IsValueCreated)
            compressed.Value.Dispose();
    }

    /// <summary>Sends a statement in the URL and what <paramref name="write"/> writes as the body, which is compressed already or not.</summary>
    /// <returns>Rows that the server says it has written.</returns>
    internal Task<long> PostAsync(
        string sql, IReadOnlyDictionary<string, object> settings, bool isCompressed, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken) => NetworkAsync(
        async () =>
        {
            ClickHouseClient through = isCompressed ? compressed.Value.Client : plain.Client;
            using HttpResponseMessage answer = await through.PostStreamAsync(sql, write, isCompressed: false, cancellationToken, Options(settings));
            return WrittenRows(answer);
        },
        cancellationToken);

    private async IAsyncEnumerable<string[]> StreamAsync(
        string sql, IReadOnlyDictionary<string, object> settings, TimeSpan limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(limit);
        using ClickHouseRawResult answer = await InTurn.RunAsync(
            _ => NetworkAsync(() => plain.Client.ExecuteRawResultAsync($"{sql} FORMAT JSONCompactStringsEachRow", Options(settings), bounded.Token), cancellationToken), cancellationToken);
        using var lines = new StreamReader(await NetworkAsync(answer.ReadAsStreamAsync, cancellationToken));
        while (await NetworkAsync(() => lines.ReadLineAsync(bounded.Token).AsTask(), cancellationToken) is { } line)
        {
            if (line.Length > 0)
                yield return Parse(line);
        }
    }

    private string[] Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, Json.Default.StringArray)!;
        }
        catch (JsonException error)
        {
            throw new InvalidInputException("clickhouse.not_clickhouse", $"{Endpoint.Server} answers a query like no ClickHouse does. Check the address.", error);
        }
    }

    private async Task<string> RunAsync(string sql, IReadOnlyDictionary<string, object> settings, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(limit);
        return await InTurn.RunAsync(
            _ => NetworkAsync(
                async () =>
                {
                    using ClickHouseRawResult answer = await plain.Client.ExecuteRawResultAsync(sql, Options(settings), bounded.Token);
                    return await answer.ReadAsStringAsync();
                },
                cancellationToken),
            cancellationToken);
    }

    /// <summary>Says of a failure of the network what it is.</summary>
    private async Task<T> NetworkAsync<T>(Func<Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request();
        }
        catch (Exception error) when (NetworkErrors.IsOfNetwork(error, cancellationToken))
        {
            throw NetworkErrors.Of("clickhouse", Endpoint.Server, error);
        }
    }

    private QueryOptions Options(IReadOnlyDictionary<string, object> settings) => new()
    {
        CustomSettings = settings.ToDictionary(),
        QueryId = QueryIdPrefix is null ? null : $"{QueryIdPrefix}{Guid.NewGuid():N}",
    };

    /// <summary>From the summary that ClickHouse sends with each answer (its documentation, "HTTP Interface").</summary>
    private long WrittenRows(HttpResponseMessage answer)
    {
        try
        {
            using JsonDocument summary = JsonDocument.Parse(answer.Headers.GetValues("X-ClickHouse-Summary").Last());
            return long.Parse(summary.RootElement.GetProperty("written_rows").GetString()!, NumberStyles.None, CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is InvalidOperationException or JsonException or KeyNotFoundException or FormatException or OverflowException)
        {
            throw new InvalidInputException("clickhouse.not_clickhouse",
                $"{Endpoint.Server} did not say how many rows it has written, as a ClickHouse does. Check the address and what is in front of the server.", error);
        }
    }

    private sealed class Driver : IDisposable
    {
        private readonly HttpClient http;

        public Driver(ServerEndpoint endpoint, string? contentEncoding)
        {
            http = ServerConnections.Create(endpoint, contentEncoding);
            Client = new ClickHouseClient(new ClickHouseClientSettings
            {
                HttpClient = http,
                Protocol = endpoint.Server.Scheme,
                Host = endpoint.Server.IdnHost,
                Port = (ushort)endpoint.Server.Port,
                Username = endpoint.User,
                Password = endpoint.Password,
                // Of questions and answers; rows are compressed here.
                UseCompression = false,
                CustomSettings = new Dictionary<string, object>
                {
                    // The status line then tells about errors at any moment of the query.
                    ["wait_end_of_query"] = 1,
                },
            });
        }

        public ClickHouseClient Client { get; }

        public void Dispose()
        {
            Client.Dispose();
            http.Dispose();
        }
    }

    [JsonSerializable(typeof(string[]))]
    private sealed partial class Json : JsonSerializerContext;
}
