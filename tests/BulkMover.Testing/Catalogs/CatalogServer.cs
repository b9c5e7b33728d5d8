using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BulkMover.Testing.Catalogs;

/// <summary>
/// An Iceberg REST catalog that follows the public OpenAPI file (apache/iceberg, <c>open-api/rest-catalog-open-api.yaml</c>) as far as copies need it:
/// config, OAuth2 client credentials, namespaces and tables with pages, load table, load credentials, stage and commit tables, errors. It
/// listens on this machine only, and keeps metadata in memory.
/// </summary>
public sealed class CatalogServer : IDisposable
{
    private const string Separator = "\u001F";

    private readonly HttpListener listener;
    private readonly ConcurrentDictionary<string, ServedTable> tables = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> tokens = new(StringComparer.Ordinal);
    private readonly Lock committing = new();
    private int issued;

    public CatalogServer()
    {
        (listener, int port) = Listen();
        Endpoint = new Uri($"http://127.0.0.1:{port}/catalog");
        _ = ServeAsync();
    }

    /// <summary>The catalog's base, without <c>/v1</c>.</summary>
    public Uri Endpoint { get; }

    public Dictionary<string, string> Defaults { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Overrides { get; } = new(StringComparer.Ordinal);

    /// <summary>What the server says that it has; null to say nothing.</summary>
    public string[]? Endpoints { get; set; }

    /// <summary>Between "v1" and "namespaces"; empty for none.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Client credentials that get a token; without them everybody may ask anything.</summary>
    public (string? Id, string Secret)? Client { get; init; }

    /// <summary>What <c>expires_in</c> says; null to leave it out.</summary>
    public int? TokenSeconds { get; set; }

    public int PageSize { get; set; } = 100;

    /// <summary>Where new tables are put: below it their namespace and name.</summary>
    public string Warehouse { get; set; } = "s3://lake";

    /// <summary>Where tables may be made, the levels with dots between them.</summary>
    public string[] Namespaces { get; set; } = ["ns"];

    /// <summary>A test's own answer; null lets the server answer.</summary>
    public Func<CatalogRequest, CatalogAnswer?>? Instead { get; set; }

    /// <summary>What a test does before a request is answered.</summary>
    public Func<CatalogRequest, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>What goes out in place of the server's answer, whose request has done its work.</summary>
    public Func<CatalogRequest, CatalogAnswer, CatalogAnswer> After { get; set; } = (_, answer) => answer;

    /// <summary>All requests in the order in which they came.</summary>
    public ConcurrentQueue<CatalogRequest> Requests { get; } = [];

    /// <summary>The address of a table as the command line takes it.</summary>
    public string AddressOf(string table) => $"iceberg+rest:{Endpoint}?table={table}";

    /// <summary>A table as it is now.</summary>
    public ServedTable this[string table] => tables[table.Replace('.', Separator[0])];

    public void Drop(string table) => tables.TryRemove(table.Replace('.', Separator[0]), out _);

    public void Add(ServedTable table) => tables[Key(table.Namespace, table.Name)] = table;

    /// <summary>Accepts a bearer token from now on.</summary>
    public void Accept(string token) => tokens[token] = true;

    /// <summary>All tokens that were issued are worth nothing from now on.</summary>
    public void RevokeTokens() => tokens.Clear();

    public void Dispose() => ((IDisposable)listener).Dispose();

    private static (HttpListener Listener, int Port) Listen()
    {
        for (int attempt = 0; ; attempt++)
        {
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            int port = ((IPEndPoint)free.LocalEndpoint).Port;
            free.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return (listener, port);
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                // Somebody else took the port meanwhile.
                ((IDisposable)listener).Dispose();
            }
        }
    }

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception) when (!listener.IsListening)
            {
                return;
            }

            _ = Task.Run(() => ServeAsync(context));
        }
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        HttpListenerResponse response = context.Response;
        // The listener may close a connection that the client means to use again, and a POST that was lost so is not sent again by itself.
        response.KeepAlive = false;
        CatalogRequest request = await CatalogRequest.ReadAsync(context.Request);
        Requests.Enqueue(request);
        CatalogAnswer answer;
        try
        {
            await Before(request);
            answer = Instead?.Invoke(request) ?? After(request, Answer(request));
        }
        catch (Exception error)
        {
            answer = CatalogAnswer.Error(500, "InternalServerError", error.ToString());
        }

        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        foreach ((string name, string value) in answer.Headers)
            response.Headers[name] = value;
        byte[] body = Encoding.UTF8.GetBytes(answer.Body);
        response.ContentLength64 = body.Length;
        await response.OutputStream.WriteAsync(body);
        response.Close();
    }

    private CatalogAnswer Answer(CatalogRequest request)
    {
        string root = $"{Endpoint.AbsolutePath}/v1/";
        if (!request.Path.StartsWith(root, StringComparison.Ordinal))
            return new CatalogAnswer(404, "no such page", "text/plain");
        string path = request.Path[root.Length..];
        if (path == "oauth/tokens")
            return request.Method == "POST" ? IssueToken(request) : CatalogAnswer.Error(405, "MethodNotAllowed", "POST it");
        if (Client is not null && !(request.Header("Authorization") is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. string token] && tokens.ContainsKey(token)))
            return CatalogAnswer.Error(401, "NotAuthorizedException", "Not authorized to make this request");
        if (path == "config")
            return CatalogAnswer.Json(ConfigJson());
        string prefix = Prefix.Length == 0 ? "" : Prefix + "/";
        if (!path.StartsWith(prefix + "namespaces", StringComparison.Ordinal))
            return CatalogAnswer.Error(404, "NotFoundException", "No route");

        string[] segments = path[(prefix.Length + "namespaces".Length)..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        return segments switch
        {
            [] => ListNamespaces(request),
            [string levels, "tables"] when request.Method == "POST" => StageTable(Decode(levels), JsonNode.Parse(request.Body)!.AsObject()),
            [string levels, "tables", string table] when request.Method == "POST" => Commit(Decode(levels), Uri.UnescapeDataString(table), JsonNode.Parse(request.Body)!.AsObject()),
            [string levels, "tables"] => ListTables(request, Decode(levels)),
            [string levels, "tables", string table] => LoadTable(Decode(levels), Uri.UnescapeDataString(table)),
            [string levels, "tables", string table, "credentials"] => LoadCredentials(Decode(levels), Uri.UnescapeDataString(table)),
            _ => CatalogAnswer.Error(404, "NotFoundException", "No route"),
        };
    }

    private CatalogAnswer IssueToken(CatalogRequest request)
    {
        Dictionary<string, string> form = CatalogRequest.ParseQuery(request.Body);
        if (Client is not { } client || form.GetValueOrDefault("grant_type") != "client_credentials"
            || form.GetValueOrDefault("client_id") != client.Id || form.GetValueOrDefault("client_secret") != client.Secret)
        {
            return CatalogAnswer.Json("""{"error":"invalid_client","error_description":"Credentials given were invalid"}""") with { Status = 401 };
        }

        string token = $"token-{Interlocked.Increment(ref issued)}";
        tokens[token] = true;
        return CatalogAnswer.Json($$"""{"access_token":"{{token}}","token_type":"bearer"{{(TokenSeconds is { } seconds ? $",\"expires_in\":{seconds}" : "")}}}""");
    }

    private string ConfigJson()
    {
        var config = new JsonObject { ["defaults"] = Map(Defaults), ["overrides"] = Map(Overrides) };
        if (Prefix.Length > 0)
            config["overrides"]!["prefix"] = Prefix;
        if (Endpoints is not null)
            config["endpoints"] = new JsonArray([.. Endpoints.Select(endpoint => JsonValue.Create(endpoint))]);
        return config.ToJsonString();
    }

    private CatalogAnswer ListNamespaces(CatalogRequest request)
    {
        string[] parent = request.Query.GetValueOrDefault("parent") is { Length: > 0 } text ? Split(text) : [];
        string[][] all = [.. tables.Values.Select(table => table.Namespace)];
        if (parent.Length > 0 && !Array.Exists(all, levels => levels.Length >= parent.Length && levels.Take(parent.Length).SequenceEqual(parent)))
            return CatalogAnswer.Error(404, "NoSuchNamespaceException", "The given namespace does not exist");
        IEnumerable<string> children = all.Where(levels => levels.Length > parent.Length && levels.Take(parent.Length).SequenceEqual(parent))
            .Select(levels => string.Join(Separator, levels.Take(parent.Length + 1))).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return Page(request, "namespaces", [.. children], name => new JsonArray([.. name.Split(Separator).Select(level => JsonValue.Create(level))]));
    }

    private CatalogAnswer ListTables(CatalogRequest request, string[] levels)
    {
        ServedTable[] found = [.. tables.Values.Where(table => table.Namespace.SequenceEqual(levels)).OrderBy(table => table.Name, StringComparer.Ordinal)];
        return found.Length == 0
            ? CatalogAnswer.Error(404, "NoSuchNamespaceException", "The given namespace does not exist")
            : Page(request, "identifiers", [.. found.Select(table => table.Name)], name => new JsonObject
            {
                ["namespace"] = new JsonArray([.. levels.Select(level => JsonValue.Create(level))]), ["name"] = name,
            });
    }

    /// <summary>OpenAPI, <c>PageToken</c>: pages only for a client that sends the parameter; the last page has none.</summary>
    private CatalogAnswer Page(CatalogRequest request, string member, string[] names, Func<string, JsonNode> item)
    {
        int from = request.Query.TryGetValue("pageToken", out string? token) && token.Length > 0 ? int.Parse(token["page ".Length..]) : 0;
        int to = token is null ? names.Length : Math.Min(names.Length, from + PageSize);
        var answer = new JsonObject { [member] = new JsonArray([.. names[from..to].Select(item)]) };
        if (token is not null)
            answer["next-page-token"] = to < names.Length ? $"page {to}" : null;
        return CatalogAnswer.Json(answer.ToJsonString());
    }

    private CatalogAnswer LoadTable(string[] levels, string name)
    {
        if (!tables.TryGetValue(Key(levels, name), out ServedTable? table))
            return CatalogAnswer.Error(404, "NoSuchTableException", "The given table does not exist");
        var answer = new JsonObject { ["metadata-location"] = table.MetadataLocation, ["metadata"] = JsonNode.Parse(table.Metadata), ["config"] = Map(table.Config) };
        if (table.Credentials is not null)
            answer["storage-credentials"] = JsonNode.Parse(JsonSerializer.Serialize(table.Credentials()));
        foreach ((string member, string json) in table.More)
            answer[member] = JsonNode.Parse(json);
        return CatalogAnswer.Json(answer.ToJsonString());
    }

    /// <summary>OpenAPI, <c>CreateTableRequest</c>: only staged, which makes nothing.</summary>
    private CatalogAnswer StageTable(string[] levels, JsonObject body)
    {
        string name = (string)body["name"]!;
        if (!(bool)body["stage-create"]!)
            return CatalogAnswer.Error(400, "BadRequestException", "Tables are only staged here");
        if (tables.ContainsKey(Key(levels, name)))
            return CatalogAnswer.Error(409, "AlreadyExistsException", "The table already exists");
        if (!Namespaces.Contains(string.Join('.', levels), StringComparer.Ordinal))
            return CatalogAnswer.Error(404, "NoSuchNamespaceException", "The given namespace does not exist");
        JsonObject metadata = CommittedMetadata.New();
        metadata["table-uuid"] = Guid.NewGuid().ToString();
        metadata["location"] = body["location"]?.DeepClone() ?? $"{Warehouse}/{string.Join('/', levels)}/{name}";
        metadata["properties"]!["owner"] = "the catalog";
        CommittedMetadata.Apply(metadata, new JsonObject { ["action"] = "add-schema", ["schema"] = body["schema"]!.DeepClone() });
        metadata["partition-specs"] = JsonNode.Parse("""[{"spec-id":0,"fields":[]}]""");
        metadata["sort-orders"] = JsonNode.Parse("""[{"order-id":0,"fields":[]}]""");
        return CatalogAnswer.Json(new JsonObject { ["metadata"] = metadata, ["config"] = new JsonObject() }.ToJsonString());
    }

    /// <summary>OpenAPI, <c>CommitTableRequest</c>.</summary>
    private CatalogAnswer Commit(string[] levels, string name, JsonObject body)
    {
        lock (committing)
        {
            string key = Key(levels, name);
            JsonObject? metadata = tables.TryGetValue(key, out ServedTable? table) ? JsonNode.Parse(table.Metadata)!.AsObject() : null;
            foreach (JsonNode? requirement in body["requirements"]!.AsArray())
            {
                if (CommittedMetadata.Problem(metadata, requirement!.AsObject()) is { } problem)
                    return CatalogAnswer.Error(409, "CommitFailedException", problem);
            }

            metadata ??= CommittedMetadata.New();
            foreach (JsonNode? update in body["updates"]!.AsArray())
                CommittedMetadata.Apply(metadata, update!.AsObject());
            string file = $"{metadata["location"]}/metadata/{metadata["snapshots"]!.AsArray().Count:00000}-{Guid.NewGuid()}.metadata.json";
            tables[key] = (table ?? new ServedTable(levels, name, "", null)) with { Metadata = metadata.ToJsonString(), MetadataLocation = file };
            return CatalogAnswer.Json(new JsonObject { ["metadata-location"] = file, ["metadata"] = metadata }.ToJsonString());
        }
    }

    private CatalogAnswer LoadCredentials(string[] levels, string name) => tables.TryGetValue(Key(levels, name), out ServedTable? table)
        ? CatalogAnswer.Json($$"""{"storage-credentials":{{JsonSerializer.Serialize(table.Credentials?.Invoke() ?? [])}}}""")
        : CatalogAnswer.Error(404, "NoSuchTableException", "The given table does not exist");

    /// <summary>OpenAPI, <c>namespace</c>: both the advertised separator, encoded or not, and 0x1F are understood.</summary>
    private string[] Decode(string segment)
    {
        string own = Uri.UnescapeDataString(Overrides.GetValueOrDefault("namespace-separator", Separator));
        return Split(segment.Replace(Uri.EscapeDataString(own), "%1F", StringComparison.OrdinalIgnoreCase).Replace(own, "%1F", StringComparison.Ordinal), encoded: true);
    }

    private static string[] Split(string text, bool encoded = false) => encoded
        ? [.. text.Split("%1F").Select(Uri.UnescapeDataString)]
        : text.Split(Separator);

    private static string Key(string[] levels, string name) => string.Join(Separator, [.. levels, name]);

    private static JsonObject Map(Dictionary<string, string> map) => new(map.Select(item => KeyValuePair.Create(item.Key, (JsonNode?)JsonValue.Create(item.Value))));
}
